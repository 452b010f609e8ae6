internal import Foundation
internal import MedCheckpoint
internal import MedNet
internal import MedRecord
internal import MedStudy
internal import MedTensor
internal import MedVoxel

/// Everything that changes while a network is trained.
final class TrainingState {
  let plan: Plan
  let device: Device
  let network: any Network
  let store: ParameterStore
  var record: RunRecord
  private(set) var iteration = 0
  private let optimizer: any Optimizer
  private let schedule: Schedule
  private let generator: Generator
  private let average: ParameterAverage?
  private let loss: DeepSupervisionLoss

  init(plan: Plan, device: Device, threads: Int) throws {
    self.plan = plan
    self.device = device
    let seed = RandomStream(seed: plan.optimization.seed)
    let initial = try Generator(seed: seed.stream("weights").key)
    store = ParameterStore(generator: initial)
    network = try plan.network.build(
      store.root, channels: plan.channelNames.count, classes: plan.classNames.count)
    try store.move(to: device)
    generator = try Generator(seed: seed.stream("dropout").key, device: device)
    optimizer = try plan.optimization.makeOptimizer(for: store)
    schedule = plan.optimization.rates
    let store = store
    average = try plan.optimization.averagingDecay.map { try ParameterAverage(store, decay: $0) }
    loss = DeepSupervisionLoss(
      try DiceCrossEntropyLoss(
        dice: DiceLoss(takesClasses: true, activation: .softmax, includesBackground: false, poolsBatch: true))
    )
    record = RunRecord(
      started: Date(), environment: EnvironmentRecord(libtorch: Torch.version, threads: threads),
      seed: plan.optimization.seed, parameters: store.parameterCount)
  }

  /// One optimizer step on a batch.
  /// - Throws: `EngineError` when the loss is not a finite number; the weights are then still those before.
  func step(_ patches: [Patch], waitSeconds: Double) throws -> RunRecord.Step {
    let start = ContinuousClock.now
    let rate = schedule.rate(at: iteration)
    let images = try Tensor.stacked(patches.map { try Tensor(borrowing: $0.image) }).to(device)
    let labels = try Tensor.stacked(patches.map { try targets($0.labels) }).to(device)
    try store.clearGradients()
    let outputs = try withPrecision(plan.optimization.precision.tensorPrecision) {
      try network.outputs(images, .training(generator))
    }
    let value = try loss(outputs, labels)
    let number = try value.item()
    guard number.isFinite else {
      throw EngineError(
        "the loss became \(number) at step \(iteration + 1)",
        remedy: "lower the learning rate, or look for extreme intensities in the data", cause: .environment)
    }
    try value.backward()
    if let limit = plan.optimization.gradientNorm { try clipGradients(of: store, to: limit) }
    try optimizer.step(rate: rate)
    try average?.update(step: iteration)
    iteration += 1
    return RunRecord.Step(
      iteration: iteration, loss: number, learningRate: rate, seconds: start.seconds,
      waitSeconds: waitSeconds)
  }

  /// Class numbers in the smallest type that holds them: the loss is quickest on bytes.
  private func targets(_ labels: VoxelBuffer<UInt16>) throws(TensorError) -> Tensor {
    let numbers = labels.floats()
    return plan.classNames.count <= 256
      ? try Tensor(borrowing: numbers.converted(to: UInt8.self)) : try Tensor(borrowing: numbers)
  }

  /// Runs the closure with the moving average in place of the weights, where the plan keeps one.
  func withAveragedWeights<Result>(_ body: () throws -> Result) throws -> Result {
    guard let average else { return try body() }
    return try average.applied(body)
  }
}

// MARK: - Checkpoints

extension TrainingState {
  func save(to folder: CheckpointFolder) throws {
    var tensors = try store.entries.map { try StoredTensor(name: "network/" + $0.key, $0.tensor) }
    tensors += try optimizer.state.map { try StoredTensor(name: "optimizer/" + $0.key, $0.tensor) }
    tensors += try (average?.state ?? []).map { try StoredTensor(name: $0.key, $0.tensor) }
    let state = try generator.state()
    tensors.append(StoredTensor(name: "generator", shape: [state.count], values: state))
    let metadata: JSONValue = [
      "iteration": .integer(iteration),
      "record": try JSONValue(parsing: String(decoding: record.json(), as: UTF8.self)),
    ]
    try folder.save(tensors: tensors, metadata: metadata, generation: iteration)
  }

  func restore(_ file: CheckpointFile) throws {
    try store.load(file.state(under: "network/"))
    try optimizer.load(Tensor.dictionary(file.tensors(under: "optimizer/")))
    if let average {
      try average.load(Tensor.dictionary(file.tensors.filter { $0.name.hasPrefix("average.") }))
    }
    guard let step = file.metadata["iteration"]?.int, let state = file["generator"],
      let record = file.metadata["record"]
    else {
      throw EngineError(
        "the checkpoint lacks its iteration, record or generator state", at: file.path,
        remedy: "take an earlier checkpoint")
    }
    try generator.restore(state.withBytes { Array($0) })
    self.record = try JSONDecoder.records.decode(RunRecord.self, from: Data(record.description.utf8))
    self.record.resumptions += 1
    iteration = step
  }
}

extension CheckpointFile {
  /// The tensors whose names begin with the prefix, as the state of a network.
  func state(under prefix: String) -> StateDictionary {
    StateDictionary(path: path, tensors: tensors(under: prefix))
  }

  /// The tensors whose names begin with the prefix, without it.
  func tensors(under prefix: String) -> [StoredTensor] {
    tensors.compactMap { tensor in
      guard tensor.name.hasPrefix(prefix) else { return nil }
      var result = tensor
      result.name = String(tensor.name.dropFirst(prefix.count))
      return result
    }
  }
}

extension Tensor {
  /// Tensors by the names they are stored under.
  static func dictionary(_ stored: [StoredTensor]) throws(TensorError) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for tensor in stored { result[tensor.name] = try Tensor(tensor) }
    return result
  }
}

extension Plan.Precision {
  var tensorPrecision: Precision {
    switch self {
    case .float32: .full
    case .bfloat16: .bfloat16
    }
  }
}
