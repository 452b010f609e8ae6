import MedNet
import MedTensor

/// Networks with weights by formula.
enum NetworkRunners: CaseRunners {
  static let family = "networks"
  static let classes: [String: Runner] = [
    "UNet": { try run($0, UNet.self) },
    "SegResNet": { try run($0, SegResNet.self) },
    "DynUNet": dynUNet,
  ]

  static func run<Net: Network>(_ test: Case, _ type: Net.Type) throws -> [Output] {
    try run(test, type) { network, x, mode in try network(x, mode) }
  }

  /// The reference's network returns one stack of all outputs while it trains.
  static func dynUNet(_ test: Case) throws -> [Output] {
    try run(test, DynUNet.self) { network, x, mode in
      mode.isTraining && network.configuration.hasDeepSupervision
        ? try network.stackedOutputs(x, mode) : try network(x, mode)
    }
  }

  private static func run<Net: Network>(
    _ test: Case, _ type: Net.Type, call: (Net, Tensor, Mode) throws -> Tensor
  ) throws -> [Output] {
    if let method = test.method { throw Unsupported("method \(method)") }
    let configuration = try test.arguments.decode(Net.Configuration.self)
    let store = ParameterStore()
    let network = try Net(store.root, configuration)
    if test.raises && test.inputs.isEmpty { return [] }
    if !test.raises { try test.fill(store) }
    let output = try call(network, test.firstInput().array().tensor(), test.networkMode())
    return [try Output("output", output)] + (try test.extras([output], store))
  }
}
