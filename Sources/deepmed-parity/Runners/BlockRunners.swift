import MedCheckpoint
import MedNet
import MedTensor

/// Layers and blocks of networks.
enum BlockRunners: CaseRunners {
  static let family = "blocks"
  static let classes: [String: Runner] = [
    "Convolution": convolution, "ResidualUnit": residualUnit, "ADN": normalizationActivation,
    "UnetBasicBlock": { try dynamicBlock($0, isResidual: false) },
    "UnetResBlock": { try dynamicBlock($0, isResidual: true) },
    "UnetUpBlock": upBlock, "UnetOutBlock": outBlock,
  ]

  private static func decode<Value: Decodable>(
    _ arguments: Arguments, _ name: String, _ type: Value.Type, or fallback: Value?
  ) throws -> Value? {
    guard let value = arguments[name] else { return fallback }
    return value.isNull ? nil : try Arguments(JSONObject(["value": value])).decode(Wrapped<Value>.self).value
  }

  private struct Wrapped<Value: Decodable>: Decodable { var value: Value }

  private static func sizes(_ arguments: Arguments, _ name: String, or fallback: [Int]? = nil) throws
    -> PerAxis
  {
    PerAxis(try arguments.ints(name, or: fallback))
  }

  private static func style(_ arguments: Arguments) throws -> BlockStyle {
    BlockStyle(
      activation: try decode(arguments, "act", ActivationKind.self, or: .prelu),
      normalization: try decode(arguments, "norm", NormalizationKind.self, or: .instance()),
      dropout: try decode(arguments, "dropout", DropoutKind.self, or: nil),
      bias: try arguments.bool("bias", or: true), order: try arguments.string("adn_ordering", or: "NDA"))
  }

  private static func run(_ test: Case, _ make: (Scope) throws -> (Tensor, Mode) throws -> Tensor) throws
    -> [Output]
  {
    let store = ParameterStore()
    let layer = try make(store.root)
    if test.raises && test.inputs.isEmpty { return [] }
    if !test.raises { try test.fill(store) }
    let output = try layer(test.firstInput().array().tensor(), test.networkMode())
    return [try Output("output", output)] + (try test.extras([output], store))
  }

  static func convolution(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    return try run(test) { scope in
      let layer = try ConvolutionBlock(
        scope, axes: arguments.int("spatial_dims"), from: arguments.int("in_channels"),
        to: arguments.int("out_channels"), stride: sizes(arguments, "strides", or: [1]),
        kernel: sizes(arguments, "kernel_size", or: [3]), style: style(arguments),
        dilation: sizes(arguments, "dilation", or: [1]), groups: arguments.int("groups", or: 1),
        isConvolutionOnly: arguments.bool("conv_only", or: false),
        isTransposed: arguments.bool("is_transposed", or: false),
        padding: arguments.value("padding") == nil ? nil : sizes(arguments, "padding"),
        outputPadding: arguments.value("output_padding") == nil ? nil : sizes(arguments, "output_padding"),
        dropoutAxes: arguments.int("dropout_dim", or: 1))
      return { try layer($0, $1) }
    }
  }

  static func residualUnit(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    return try run(test) { scope in
      let layer = try ResidualUnit(
        scope, axes: arguments.int("spatial_dims"), from: arguments.int("in_channels"),
        to: arguments.int("out_channels"), stride: sizes(arguments, "strides", or: [1]),
        kernel: sizes(arguments, "kernel_size", or: [3]), count: arguments.int("subunits", or: 2),
        style: style(arguments), dilation: sizes(arguments, "dilation", or: [1]),
        lastIsConvolutionOnly: arguments.bool("last_conv_only", or: false),
        padding: arguments.value("padding") == nil ? nil : sizes(arguments, "padding"),
        dropoutAxes: arguments.int("dropout_dim", or: 1))
      return { try layer($0, $1) }
    }
  }

  static func normalizationActivation(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    return try run(test) { scope in
      let normalization = try decode(arguments, "norm", NormalizationKind.self, or: nil)
      let dropout = try decode(arguments, "dropout", DropoutKind.self, or: nil)
      let axes = [arguments.value("norm_dim")?.int, arguments.value("dropout_dim")?.int].compactMap { $0 }
      if axes.isEmpty, normalization != nil || dropout != nil {
        throw TensorError.misuse("the spatial axes are missing")
      }
      let layer = try NormalizationActivation(
        scope, axes: axes.first ?? 1, channels: arguments.int("in_channels", or: 1),
        order: arguments.string("ordering", or: "NDA"),
        activation: decode(arguments, "act", ActivationKind.self, or: .relu), normalization: normalization,
        dropout: dropout, dropoutAxes: axes.last ?? 1)
      return { try layer($0, $1) }
    }
  }

  private static func dynamicKinds(_ arguments: Arguments) throws -> (
    NormalizationKind, ActivationKind, DropoutKind?
  ) {
    guard let normalization = try decode(arguments, "norm_name", NormalizationKind.self, or: nil),
      let activation = try decode(arguments, "act_name", ActivationKind.self, or: .leakyReLU(slope: 0.01))
    else { throw Unsupported("a block without normalization or activation") }
    return (normalization, activation, try decode(arguments, "dropout", DropoutKind.self, or: nil))
  }

  static func dynamicBlock(_ test: Case, isResidual: Bool) throws -> [Output] {
    let arguments = test.arguments
    return try run(test) { scope in
      let (normalization, activation, dropout) = try dynamicKinds(arguments)
      let layer = try DynUNetBlock(
        scope, axes: arguments.int("spatial_dims"), from: arguments.int("in_channels"),
        to: arguments.int("out_channels"), kernel: sizes(arguments, "kernel_size"),
        stride: sizes(arguments, "stride"), normalization: normalization, activation: activation,
        dropout: dropout, isResidual: isResidual)
      return { try layer($0, $1) }
    }
  }

  static func upBlock(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    try arguments.require("stride", 1)
    return try run(test) { scope in
      let (normalization, activation, dropout) = try dynamicKinds(arguments)
      let layer = try DynUNetUpBlock(
        scope, axes: arguments.int("spatial_dims"), from: arguments.int("in_channels"),
        to: arguments.int("out_channels"), kernel: sizes(arguments, "kernel_size"),
        upsampleKernel: sizes(arguments, "upsample_kernel_size"), normalization: normalization,
        activation: activation, dropout: dropout, bias: arguments.bool("trans_bias", or: false))
      let skip = try test.input("skip").array().tensor()
      return { try layer($0, skip: skip, $1) }
    }
  }

  static func outBlock(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    return try run(test) { scope in
      let layer = try DynUNetOutput(
        scope, axes: arguments.int("spatial_dims"), from: arguments.int("in_channels"),
        to: arguments.int("out_channels"), dropout: decode(arguments, "dropout", DropoutKind.self, or: nil))
      return { try layer($0, $1) }
    }
  }
}
