import Foundation
import MedNet
import MedTensor
import Testing

/// Builds the network, runs it forward and backward, and checks what every network promises.
func checkNetwork<Net: Network>(_ type: Net.Type, _ configuration: Net.Configuration, input: [Int]) throws {
  let store = ParameterStore(generator: try Generator(seed: 1))
  let network = try Net(store.root, configuration)
  let x = try Tensor.normal(input, using: Generator(seed: 2))
  let before = try network(x, .inference)
  #expect(before.shape[0] == input[0])
  #expect(before.shape[1] == network.outputChannels)
  #expect(try before.isFinite().all().item() == 1)
  // The same values again.
  #expect(try network(x, .inference).floats() == before.floats())
  let outputs = try network.outputs(x, .training(Generator(seed: 3)))
  var total = try Tensor.zeros([])
  for output in outputs { total = try total + output.squared().mean() }
  try total.backward()
  for (key, parameter) in store.parameters {
    guard let gradient = try parameter.gradient() else {
      // A shortcut that passes no gradient, and parts that are not on the way to the output.
      continue
    }
    #expect(gradient.shape == parameter.shape, "\(key)")
    #expect(try gradient.isFinite().all().item() == 1, "\(key)")
  }
  // A second network, loaded from the first one's state, computes the same.
  let copy = ParameterStore()
  let other = try Net(copy.root, configuration)
  let report = try copy.load(Dictionary(uniqueKeysWithValues: store.state.map { ($0.key, $0.tensor) }))
  #expect(report.coverage == 1)
  #expect(try other(x, .inference).floats() == network(x, .inference).floats())
  // The configuration survives coding.
  let data = try JSONEncoder().encode(configuration)
  #expect(try JSONDecoder().decode(Net.Configuration.self, from: data) == configuration)
  // A wrong input is refused, not crashed on.
  #expect(throws: TensorError.self) {
    try network(Tensor.zeros([1, network.inputChannels + 1, 8, 8, 8]), .inference)
  }
  #expect(throws: TensorError.self) { try network(Tensor.zeros([3]), .inference) }
}

@Suite struct NetworkTests {
  @Test func uNet() throws {
    let configuration = UNet.Configuration(
      inputChannels: 1, outputChannels: 3, channels: [4, 8, 16], strides: [2, 2], residualUnits: 2)
    try checkNetwork(UNet.self, configuration, input: [2, 1, 8, 12, 16])
    var plain = configuration
    plain.residualUnits = 0
    plain.normalization = .batch()
    plain.dropout = DropoutKind(0.2)
    try checkNetwork(UNet.self, plain, input: [2, 1, 8, 12, 16])
    plain.spatialAxes = 2
    try checkNetwork(UNet.self, plain, input: [2, 1, 8, 12])
  }

  @Test func segResNet() throws {
    var configuration = SegResNet.Configuration(initialFilters: 8, inputChannels: 2, outputChannels: 3)
    configuration.blocksDown = [1, 1]
    configuration.blocksUp = [1]
    for mode: SegResNet.UpsampleMode in [.interpolation, .pixelShuffle, .deconvolution] {
      configuration.upsampleMode = mode
      try checkNetwork(SegResNet.self, configuration, input: [1, 2, 8, 8, 8])
    }
  }

  @Test func dynUNet() throws {
    var configuration = DynUNet.Configuration(
      inputChannels: 1, outputChannels: 2, kernelSizes: [3, 3, 3, 3], strides: [1, 2, 2, 2],
      filters: [4, 6, 8, 10])
    try checkNetwork(DynUNet.self, configuration, input: [1, 1, 16, 16, 16])
    configuration.hasDeepSupervision = true
    configuration.supervisionHeads = 2
    configuration.isResidual = true
    try checkNetwork(DynUNet.self, configuration, input: [1, 1, 16, 16, 16])
    let network = try DynUNet(ParameterStore(generator: Generator(seed: 1)).root, configuration)
    #expect(network.divisors == [8, 8, 8])
    let outputs = try network.outputs(Tensor.zeros([1, 1, 16, 16, 16]), .training(Generator(seed: 1)))
    #expect(outputs.map(\.shape) == [[1, 2, 16, 16, 16], [1, 2, 8, 8, 8], [1, 2, 4, 4, 4]])
  }

  @Test func medicalNet() throws {
    try checkNetwork(MedicalNet.self, .init(depth: 10, classes: 3), input: [1, 1, 16, 16, 24])
    let counts = [10: 14_355_520, 18: 32_986_176, 50: 46_155_072]
    for (depth, count) in counts {
      let store = ParameterStore()
      _ = try MedicalNet(store.root, .init(depth: depth, classes: 2))
      let encoder = store.parameters.filter { !MedicalNet.isHead($0.key) }
      #expect(encoder.reduce(0) { $0 + $1.tensor.count } == count)
    }
  }

  @Test func nonsenseIsRefused() throws {
    let root = ParameterStore().root
    #expect(throws: TensorError.self) {
      try UNet(root, .init(inputChannels: 1, outputChannels: 1, channels: [4, 8, 16], strides: [2]))
    }
    #expect(throws: TensorError.self) {
      try UNet(
        root, .init(spatialAxes: 4, inputChannels: 1, outputChannels: 1, channels: [4, 8], strides: [2]))
    }
    #expect(throws: TensorError.self) { try MedicalNet(root, .init(depth: 11, classes: 2)) }
    let text =
      #"{"spatial_dims": 3, "in_channels": 1, "out_channels": 1, "channels": [4, 8], "strides": [2], "nrom": 1}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(UNet.Configuration.self, from: Data(text.utf8))
    }
  }

  @Test func absentArgumentsKeepTheirDefaults() throws {
    func unet(_ more: String) throws -> UNet.Configuration {
      let required =
        #""spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [4, 8], "strides": [2]"#
      return try JSONDecoder().decode(UNet.Configuration.self, from: Data("{\(required)\(more)}".utf8))
    }
    var expected = UNet.Configuration(inputChannels: 1, outputChannels: 2, channels: [4, 8], strides: [2])
    #expect(try unet("") == expected)
    (expected.activation, expected.normalization, expected.dropout) = (nil, .group(groups: 2), nil)
    #expect(
      try unet(#", "act": null, "norm": ["group", {"num_groups": 2}], "dropout": null"#) == expected)
    #expect(
      try JSONDecoder().decode(SegResNet.Configuration.self, from: Data("{}".utf8))
        == SegResNet.Configuration())
  }

  @Test func initializationFollowsTheSeed() throws {
    func weights(_ seed: UInt64) throws -> [Float] {
      let store = ParameterStore(generator: try Generator(seed: seed))
      _ = try ConvolutionLayer(store.root, axes: 3, from: 4, to: 8)
      return try #require(store["weight"]).floats()
    }
    let first = try weights(1)
    #expect(try weights(1) == first)
    #expect(try weights(2) != first)
    // Uniform within 1/√(4·27).
    #expect(try #require(first.map(abs).max()) <= 0.0963)
    #expect(try #require(first.map(abs).max()) > 0.09)
  }
}
