import MedCheckpoint
import MedNet
import MedTensor

/// MedicalNet's networks, data preparation and training.
enum MedicalNetRunners: CaseRunners {
  static let family = "medicalnet"
  static let classes: [String: Runner] = {
    var classes: [String: Runner] = ["generate_model": generateModel]
    for depth in [10, 18, 34, 50, 101, 152, 200] {
      classes["resnet\(depth)"] = { test in
        test.method == "train" ? try train(test, depth: depth) : try network(test, depth: depth)
      }
    }
    return classes
  }()

  private static let prefix = "module."

  private static func build(_ test: Case, depth: Int) throws -> (MedicalNet, ParameterStore) {
    let configuration = try test.arguments.decode(
      MedicalNet.Configuration.self, adding: ["depth": .integer(depth)])
    let store = ParameterStore()
    let network = try MedicalNet(store.root, configuration)
    try test.fill(store, prefix: prefix)
    return (network, store)
  }

  static func network(_ test: Case, depth: Int) throws -> [Output] {
    let (network, store) = try build(test, depth: depth)
    let x = try test.firstInput().array().tensor()
    let mode = try test.networkMode()
    let features = try network.features(x, mode)
    let logits = try network.logits(from: features, mode)
    var outputs = try features.enumerated().map { try Output("features/layer\($0 + 1)", $1) }
    outputs.append(try Output("logits", logits))
    return outputs + (try test.extras([logits], store, prefix: prefix))
  }

  /// Steps of the original training program on one batch.
  static func train(_ test: Case, depth: Int) throws -> [Output] {
    let (network, store) = try build(test, depth: depth)
    let rate = try test.call.double("learning_rate")
    let keys = store.parameters.map(\.key)
    let optimizer = try GradientDescent(
      store, .init(momentum: 0.9, decay: 1e-3),
      groups: [
        ParameterGroup(keys: keys.filter { !MedicalNet.isHead($0) }),
        ParameterGroup(keys: keys.filter(MedicalNet.isHead), rateFactor: 100),
      ])
    let schedule = Schedule(rate: rate, shape: .exponential(factor: 0.99, interval: 1), steps: 1000)
    let x = try test.input("x").array().tensor()
    let labels = try test.input("label").array()
    let loss = CrossEntropyLoss(ignoredClass: -1)
    let mode = try test.networkMode()
    var losses: [Double] = []
    var label = labels
    let epochs = try test.call.int("epochs")
    for epoch in 0..<epochs {
      try store.clearGradients()
      let logits = try network(x, mode)
      label = try resized(labels, to: Array(logits.shape.dropFirst(2)))
      let value = try loss(logits, label.tensor().to(.int64))
      try value.backward()
      try optimizer.step(rate: schedule.rate(at: epoch + 1))
      losses.append(try value.item())
    }
    let last = schedule.rate(at: epochs)
    var outputs = [
      Output("losses", NDArray(shape: [losses.count], values: losses)), Output("label", label),
      Output("rates", NDArray(shape: [2], values: [last, last * 100])),
    ]
    for key in try test.call.strings("parameters") {
      guard let tensor = store[String(key.dropFirst(prefix.count))] else { throw Mismatch("no key \(key)") }
      outputs.append(try Output("state/\(key)", tensor))
    }
    return outputs
  }

  /// The nearest voxel with the corners kept, of `[N, 1, …]` or `[N, …]`, as `[N, …]`.
  private static func resized(_ label: NDArray, to size: [Int]) throws -> NDArray {
    let shape = Array(label.shape.suffix(3))
    let samples = label.count / max(1, shape.reduce(1, *))
    guard shape.count == 3, size.count == 3 else { throw Unsupported("label of shape \(label.shape)") }
    let places = zip(shape, size).map { from, to in
      (0..<to).map { index -> Int in
        let position = to > 1 ? Double(index) * Double(from - 1) / Double(to - 1) : 0
        return min(from - 1, Int((position + 0.5).rounded(.down)))
      }
    }
    var values: [Double] = []
    for sample in 0..<samples {
      for i in places[0] {
        for j in places[1] {
          for k in places[2] {
            values.append(label.values[((sample * shape[0] + i) * shape[1] + j) * shape[2] + k])
          }
        }
      }
    }
    return NDArray(shape: [samples] + size, values: values)
  }

  /// Which parameters a transfer trains anew, and what a published checkpoint fills.
  static func generateModel(_ test: Case) throws -> [Output] {
    let depth = try test.arguments.int("model_depth")
    let names = try test.arguments.strings("new_layer_names")
    let prefix = try test.arguments.string("prefix", or: "")
    let store = ParameterStore()
    _ = try MedicalNet(store.root, MedicalNet.Configuration(depth: depth, classes: 2))
    let keys = store.parameters.map(\.key)
    let isNew = { (key: String) in names.contains { key.contains($0) } }
    func list(_ keys: [String]) -> JSONValue { .array(keys.map(JSONValue.string)) }
    var checkpoint: [String: Tensor] = [:]
    for entry in store.entries { checkpoint[prefix + entry.key] = entry.tensor }
    // The reference compares keys as they stand, and so finds none with the prefix; ours finds all of them.
    let literal = checkpoint.keys.filter { store[$0] != nil }.count
    let report = try store.load(checkpoint, keyMap: .dataParallel, agreement: .partial)
    guard report.loaded.count == store.entries.count else {
      throw Mismatch("loaded \(report.loaded.count) tensors")
    }
    return [
      Output("base_parameters", json: list(keys.filter { !isNew($0) })),
      Output("new_parameters", json: list(keys.filter(isNew))),
      Output("loaded", number: Double(literal)),
    ]
  }
}
