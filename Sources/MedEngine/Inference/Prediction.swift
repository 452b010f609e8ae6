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
    guard let checkpoint = try folder.checkpoints.latest() else {
      throw EngineError(
        "the run has no checkpoint yet", at: url.path, remedy: "train it first: deepmed train plan.json -o …")
    }
    let store = ParameterStore()
    let network = try plan.network.build(
      store.root, channels: plan.channelNames.count, classes: plan.classNames.count)
    try store.load(checkpoint.file.state(under: "network/"))
    let average = checkpoint.file.state(under: "average.")
    if averaged, !average.tensors.isEmpty { try store.load(average, agreement: .partial) }
    try store.move(to: device)
    predictor = ScanPredictor(plan: plan, network: network, device: device)
    self.threads = threads
    run = url
    iteration = checkpoint.generation
  }

  /// Segments scans one after the other. Nothing is written over: an output that exists is an error, told before the
  /// first scan.
  ///
  /// - Returns: the record that is also written into the folder, as `prediction.json`.
  /// - Throws: the first scan's error that stops the work; label maps written until then are whole.
  public func callAsFunction(
    _ scans: [DatasetFolder.Case], to folder: URL, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> PredictionRecord {
    let outputs = scans.map { folder.appending(path: "\($0.id).nii.gz") }
    try checkOutputs(scans, outputs, folder)
    var record = PredictionRecord(
      run: run.path, iteration: iteration, classNames: plan.classNames,
      environment: EnvironmentRecord(libtorch: Torch.version, threads: threads))
    for (index, scan) in scans.enumerated() {
      let start = ContinuousClock.now
      do {
        try labels(of: scan).write(to: outputs[index])
      } catch {
        // Goes only where nothing lies in it.
        rmdir(folder.path)
        throw error
      }
      record.scans.append(
        .init(
          id: scan.id, images: scan.images.map(\.path), output: outputs[index].path, seconds: start.seconds))
      progress(index + 1, scans.count)
    }
    try record.write(to: folder.appending(path: PredictionRecord.fileName))
    return record
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
