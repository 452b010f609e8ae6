public import Foundation
internal import MedCheckpoint
internal import MedImage
internal import MedNet
public import MedRecord
internal import MedStudy
public import MedTensor
internal import MedVoxel

/// Trains the network of a plan, and leaves everything that is needed to go on from any moment.
///
/// What a step does follows from the plan's seed and the iteration's number alone, and from the weights, optimizer
/// state and generator state that checkpoints hold. So a run killed at any moment and resumed ends with the same
/// weights as one left alone, bit for bit, on the same kind of machine with the same number of threads.
///
/// The run's folder holds `plan.json`, `record.json` and `checkpoints/`.
public struct TrainingRun {
  private let plan: Plan
  private let folder: RunFolder
  private let device: Device
  private let threads: Int

  /// - Parameters:
  ///   - resumes: goes on from the folder's last checkpoint, or begins where there is none.
  /// - Throws: `EngineError` for a plan that can't be followed, and when the folder holds another run: one without
  ///   `resumes`, or one of another plan.
  public init(
    plan: Plan, folder url: URL, resumes: Bool, device: Device = .cpu, threads: Int
  ) throws {
    self.plan = plan
    self.device = device
    self.threads = threads
    try PlanCheck.check(plan)
    folder = try RunFolder(url, plan: plan, resumes: resumes)
  }

  /// - Parameters:
  ///   - shouldStop: asked after every step; a checkpoint is written when it says yes.
  public func callAsFunction(
    tell: @Sendable (TrainingEvent) -> Void, shouldStop: () -> Bool = { false }
  ) throws -> TrainingOutcome {
    do {
      return try train(tell, shouldStop)
    } catch {
      // What went wrong before the first checkpoint leaves no trace, so that the run can begin again.
      folder.removeIfEmpty()
      throw error
    }
  }

  private func train(
    _ tell: @Sendable (TrainingEvent) -> Void, _ shouldStop: () -> Bool
  ) throws -> TrainingOutcome {
    Torch.threadCount = threads
    // The network comes first: sizes that don't fit show before the cases are read.
    let state = try TrainingState(plan: plan, device: device, threads: threads)
    if let checkpoint = try folder.checkpoints.latest() { try state.restore(checkpoint.file) }
    let (training, validation) = try loadCases(tell)
    let total = plan.optimization.iterations
    guard state.iteration < total else { return .finished }
    tell(.started(state.record, firstIteration: state.iteration, iterations: total))
    let queue = BatchQueue(
      source: PatchSource(plan: plan, cases: training), batchSize: plan.sampling.batchSize,
      iterations: state.iteration..<total, ahead: 4, threads: threads)
    defer { queue.stop() }
    var clock = ContinuousClock.now
    while state.iteration < total {
      let step = try train(state, queue)
      tell(.step(step))
      let isLast = state.iteration == total
      if isLast || state.iteration % plan.optimization.validationInterval == 0, validation.count > 0 {
        let result = try validate(state, validation)
        state.record.validations.append(result)
        tell(.validated(result))
      }
      let stops = !isLast && shouldStop()
      if isLast || stops || state.iteration % plan.optimization.checkpointInterval == 0 {
        state.record.seconds += clock.seconds
        clock = .now
        state.record.isComplete = isLast
        state.record.peakMemoryBytes = peakMemoryBytes()
        try folder.begin(plan)
        try state.save(to: folder.checkpoints)
        try state.record.write(to: folder.record)
        tell(.saved(iteration: state.iteration))
      }
      if stops { return .interrupted(iteration: state.iteration) }
    }
    return .finished
  }

  private func loadCases(
    _ tell: @Sendable (TrainingEvent) -> Void
  ) throws -> (training: PreparedCases, validation: PreparedCases) {
    let dataset = try DatasetFolder(contentsOf: URL(filePath: plan.dataset))
    func files(_ ids: [String]) throws(EngineError) -> [DatasetFolder.Case] {
      let missing = ids.filter { dataset.case($0) == nil }
      guard missing.isEmpty else {
        throw EngineError(
          "cases of the plan are not in the data set: \(missing.joined(separator: ", "))", at: plan.dataset,
          remedy: "plan again")
      }
      return ids.compactMap { dataset.case($0) }
    }
    let training = PreparedCases(files: try files(plan.training), plan: plan)
    let validation = PreparedCases(files: try files(plan.validation), plan: plan)
    guard training.count > 0 else { throw EngineError("the plan names no training case", cause: .usage) }
    let total = training.count + validation.count
    try training.prepareAll { tell(.prepared(cases: $0, of: total)) }
    try validation.prepareAll { tell(.prepared(cases: training.count + $0, of: total)) }
    return (training, validation)
  }

  private func train(_ state: TrainingState, _ queue: BatchQueue) throws -> RunRecord.Step {
    let start = ContinuousClock.now
    let patches = try queue.next()
    let wait = start.seconds
    let step = try state.step(patches, waitSeconds: wait)
    state.record.steps.append(step)
    return step
  }

  private func validate(_ state: TrainingState, _ cases: PreparedCases) throws -> RunRecord.Validation {
    let start = ContinuousClock.now
    let predictor = ScanPredictor(plan: plan, network: state.network, device: device)
    var table: [[Double?]] = []
    for index in 0..<cases.count {
      let item = try cases.case(index)
      guard let image = item.subject[scalar: "image"], let truth = item.subject[labels: "label"] else {
        continue
      }
      let labels = try state.withAveragedWeights {
        try predictor.labels(of: image.voxels, on: image.size, scanToNetwork: .identity)
      }
      table.append(
        try diceByClass(
          LabelMap(voxels: labels, affine: truth.affine), truth, classes: plan.classNames.count))
    }
    let dice = (1..<plan.classNames.count).map { number -> Double? in
      let known = table.compactMap { $0[number - 1] }
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
    return RunRecord.Validation(iteration: state.iteration, dice: dice, seconds: start.seconds)
  }
}

extension ContinuousClock.Instant {
  /// Seconds from this moment to now.
  var seconds: Double {
    let (whole, part) = (ContinuousClock.now - self).components
    return Double(whole) + Double(part) * 1e-18
  }
}
