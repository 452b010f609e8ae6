import DeepMedicine
import Foundation

/// The code of the guide to networks and checkpoints.
enum NetworkExamples {
  static func run(in folder: URL) throws {
    try build()
    try learn()
    try saveAndLoad(folder.appending(path: "unet.safetensors").path)
  }

  static func build() throws {
    let store = ParameterStore(generator: try Generator(seed: 1))
    let network = try UNet(
      store.root,
      UNet.Configuration(
        inputChannels: 1, outputChannels: 3, channels: [8, 16, 32], strides: [2, 2], residualUnits: 2))
    print(store.parameterCount, "parameters, the first:", store.parameters[0].key)

    let input = try Tensor.zeros([1, 1, 16, 16, 16])
    let logits = try inferring { try network(input, .inference) }
    print(logits.shape)  // [1, 3, 16, 16, 16]
  }

  static func learn() throws {
    let random = try Generator(seed: 1)
    let store = ParameterStore(generator: random)
    let network = try UNet(
      store.root,
      UNet.Configuration(inputChannels: 1, outputChannels: 2, channels: [4, 8], strides: [2]))
    let input = try Tensor.normal([2, 1, 16, 16, 16], using: random)
    let target = try input.greater(than: 0).to(.float32)  // class numbers, [N, 1, …]

    let loss = try DiceCrossEntropyLoss(dice: DiceLoss(takesClasses: true, activation: .softmax))
    let optimizer = try Adam(store, Adam.Settings(decay: 1e-5, decoupled: true))
    for _ in 0..<3 {
      try store.clearGradients()
      let value = try loss(network(input, .training(random)), target)
      try value.backward()
      try optimizer.step(rate: 1e-3)
      print(try value.item())
    }
  }

  static func saveAndLoad(_ path: String) throws {
    let configuration = UNet.Configuration(
      inputChannels: 1, outputChannels: 2, channels: [4, 8], strides: [2])
    let store = ParameterStore(generator: try Generator(seed: 1))
    _ = try UNet(store.root, configuration)
    try SafetensorsFile.write(store.stored(), metadata: ["purpose": "example"], to: path)

    let loaded = ParameterStore()  // no generator: zeros, which the file replaces
    let network = try UNet(loaded.root, configuration)
    let report = try loaded.load(StateDictionary(contentsOf: path))
    print(report, network.divisors)
  }

  static func loadMedicalNet(_ path: String) throws {
    let store = ParameterStore(generator: try Generator(seed: 1))
    let network = try MedicalNet(store.root, MedicalNet.Configuration(depth: 10, classes: 2))
    let report = try store.load(
      StateDictionary(contentsOf: path), keyMap: .dataParallel, agreement: .partial)
    print(report)  // tensors loaded, the share of the parameters, missing and unexpected keys
    print(report.missing.allSatisfy(MedicalNet.isHead))  // true: only the head starts anew
    try store.setLearning(false, where: { !MedicalNet.isHead($0) })  // freezes the encoder
    _ = network
  }
}

/// Multiplies each channel by a learned number.
struct ChannelScale: Layer {
  let factor: Tensor

  init(_ scope: Scope, channels: Int) throws(TensorError) {
    factor = try scope.parameter("factor", [1, channels, 1, 1, 1], .constant(1))
  }

  func callAsFunction(_ x: Tensor, _ mode: Mode) throws(TensorError) -> Tensor { try x * factor }
}
