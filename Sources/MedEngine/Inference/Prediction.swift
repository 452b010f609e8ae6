public import Foundation
internal import MedCheckpoint
internal import MedImage
internal import MedNet
public import MedRecord
internal import MedStudy
public import MedTensor
internal import MedVoxel

/// Segments scans with a trained run, and writes label maps in each scan's own geometry.
public struct Prediction {
  public let plan: Plan
  private let predictor: ScanPredictor
  private let threads: Int
  private let run: URL
  private let iteration: Int

  /// Loads the newest checkpoint of a run.
  ///
  /// - Parameter averaged: takes the moving average of the weights where the run keeps one.
  /// - Throws: `EngineError`, or the errors of the files that are missing, damaged or of another network.
  public init(run url: URL, averaged: Bool = true, device: Device = .cpu, threads: Int) throws {
    Torch.threadCount = threads
    let folder = try RunFolder(url)
    plan = try Plan(contentsOf: folder.plan)
    try PlanCheck.check(plan, at: folder.plan.path)
    let weights = averaged ? ["network/", "average."] : ["network/"]
    let latest = try folder.checkpoints.latest { name in weights.contains { name.hasPrefix($0) } }
    guard let checkpoint = latest else {
      throw EngineError(
        "the run has no checkpoint yet", at: url.path, remedy: "train it first: deepmed train plan.json -o …")
    }
    let store = ParameterStore()
    let network = try plan.network.build(
      store.root, channels: plan.channelNames.count, classes: plan.classNames.count)
    try store.load(checkpoint.file.state(under: "network/"))
    let average = checkpoint.file.state(under: "average.")
    if !average.tensors.isEmpty { try store.load(average, agreement: .partial) }
    try store.move(to: device)
    predictor = ScanPredictor(plan: plan, network: network, device: device)
    self.threads = threads
    run = url
    iteration = checkpoint.generation
  }

  /// Segments scans one after the other. Nothing is written over: an output that exists is an error, told before the
  /// first scan.
  ///
  /// A scan that can't be segmented does not keep the others from it: it is among the record's failures. The record
  /// is written anew after each scan, so that it describes the folder whenever the work ends. Scans that the same
  /// network segmented into the folder before stay in it.
  ///
  /// - Returns: the record of the folder, also written there as `prediction.json` once it holds a label map.
  /// - Throws: `EngineError` for outputs that exist and for a folder with another network's predictions; what the
  ///   system refuses when a label map is written.
  public func callAsFunction(
    _ scans: [DatasetFolder.Case], to folder: URL, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> PredictionRecord {
    let outputs = scans.map { folder.appending(path: "\($0.id).nii.gz") }
    var record = try record(in: folder, besides: scans)
    try checkOutputs(scans, outputs, folder)
    // Goes only where nothing lies in it.
    defer { rmdir(folder.path) }
    let file = folder.appending(path: PredictionRecord.fileName)
    for (index, scan) in scans.enumerated() {
      let start = ContinuousClock.now
      if let map = labels(of: scan, record: &record) {
        try map.write(to: outputs[index])
        record.scans.append(
          .init(
            id: scan.id, images: scan.images.map(\.path), output: outputs[index].path, seconds: start.seconds)
        )
      }
      if !record.scans.isEmpty { try record.write(to: file) }
      progress(index + 1, scans.count)
    }
    return record
  }

  /// What the folder's record says of other scans; a new record where there is none.
  private func record(in folder: URL, besides scans: [DatasetFolder.Case]) throws -> PredictionRecord {
    var record = PredictionRecord(
      run: run.path, iteration: iteration, classNames: plan.classNames,
      environment: EnvironmentRecord(libtorch: Torch.version, threads: threads))
    let file = folder.appending(path: PredictionRecord.fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return record }
    let earlier = try PredictionRecord(contentsOf: file)
    guard record.isOfSameNetwork(as: earlier) else {
      throw EngineError(
        "the folder holds predictions of \(earlier.run) after step \(earlier.iteration)", at: folder.path,
        remedy: "choose another folder", cause: .usage)
    }
    let ids = Set(scans.map(\.id))
    record.scans = earlier.scans.filter { !ids.contains($0.id) }
    record.failures = (earlier.failures ?? []).filter { !ids.contains($0.id) }
    return record
  }

  /// The label map of one scan, or nil and a failure in the record.
  private func labels(of scan: DatasetFolder.Case, record: inout PredictionRecord) -> LabelMap? {
    do {
      return try labels(of: scan)
    } catch {
      let explained = error as? any ExplainedError
      record.failures?.append(
        .init(
          id: scan.id, images: scan.images.map(\.path),
          problems: explained?.problems ?? [Problem("\(error)", at: scan.id)],
          cause: explained?.cause ?? .environment))
      return nil
    }
  }

  /// The label map of one scan, in its own geometry.
  func labels(of scan: DatasetFolder.Case) throws -> LabelMap {
    let reader = CaseReader(channelCount: plan.channelNames.count, classCount: plan.classNames.count)
    let prepared = try Preprocessor(plan.preprocessing).prepare(Subject(image: reader.readImage(scan)))
    guard let image = prepared.subject[scalar: "image"] else { throw EngineError("the scan was lost") }
    let voxels = try predictor.labels(
      of: image.voxels, on: prepared.scan.size, scanToNetwork: prepared.scanToNetwork())
    return LabelMap(voxels: voxels, affine: prepared.scan.affine)
  }

  private func checkOutputs(_ scans: [DatasetFolder.Case], _ outputs: [URL], _ folder: URL)
    throws(EngineError)
  {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw EngineError(
        "the output folder cannot be made: \(error.localizedDescription)", at: folder.path,
        remedy: "check the path and its permissions", cause: .environment)
    }
    var problems: [Problem] = []
    for (id, group) in Dictionary(grouping: scans, by: \.id) where group.count > 1 {
      problems.append(
        Problem(
          "\(group.count) scans would be written as “\(id)”: "
            + group.flatMap(\.images).map(\.path).sorted().joined(separator: ", "),
          remedy: "rename them, or predict them into folders of their own"))
    }
    for output in outputs where FileManager.default.fileExists(atPath: output.path) {
      problems.append(
        Problem("the output exists already", at: output.path, remedy: "choose another folder or remove it"))
    }
    guard problems.isEmpty else { throw EngineError(problems, cause: .usage) }
  }
}
