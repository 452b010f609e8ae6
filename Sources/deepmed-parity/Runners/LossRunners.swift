import MedCheckpoint
import MedNet
import MedTensor

/// Losses and their gradients.
enum LossRunners: CaseRunners {
  static let family = "monai/losses"
  static let classes: [String: Runner] = [
    "DiceLoss": { test in try run(test) { try dice(test.arguments) } },
    "DiceCELoss": { test in try run(test) { try diceCrossEntropy(test.arguments) } },
    "DeepSupervisionLoss": deepSupervision,
  ]

  static func dice(_ arguments: Arguments) throws -> DiceLoss {
    var loss = DiceLoss()
    let activations = [
      try arguments.bool("sigmoid", or: false), try arguments.bool("softmax", or: false),
      arguments.value("other_act") != nil,
    ]
    guard activations.filter({ $0 }).count <= 1 else { throw TensorError.misuse("two activations") }
    if activations[0] { loss.activation = .sigmoid }
    if activations[1] { loss.activation = .softmax }
    if activations[2] { loss.activation = try custom(arguments) }
    loss.includesBackground = try arguments.bool("include_background", or: true)
    loss.takesClasses = try arguments.bool("to_onehot_y", or: false)
    loss.squares = try arguments.bool("squared_pred", or: false)
    loss.jaccard = try arguments.bool("jaccard", or: false)
    let reduction = try arguments.string("reduction", or: "mean")
    guard let known = LossReduction(rawValue: reduction) else {
      throw TensorError.misuse("reduction \(reduction)")
    }
    loss.reduction = known
    loss.smoothNumerator = try arguments.double("smooth_nr", or: 1e-5)
    loss.smoothDenominator = try arguments.double("smooth_dr", or: 1e-5)
    loss.poolsBatch = try arguments.bool("batch", or: false)
    if arguments.value("weight") != nil { loss.weight = try arguments.doubles("weight").map { Float($0) } }
    loss.hasSoftLabels = try arguments.bool("soft_label", or: false)
    if arguments.value("ignore_index") != nil { loss.ignoredClass = try arguments.int("ignore_index") }
    return loss
  }

  private static func custom(_ arguments: Arguments) throws -> OutputActivation {
    switch arguments.function("other_act") {
    case "tanh": .custom { x throws(TensorError) in try x.tanh() }
    case "relu": .custom { x throws(TensorError) in try x.relu() }
    case "hard_half": .custom { x throws(TensorError) in try (x * 0.25 + 0.5).clamped(0, 1) }
    case "half_and_square": .custom { x throws(TensorError) in try x * 0.5 + x.squared() * 0.1 }
    default: throw Unsupported("other_act \(arguments.values["other_act"] ?? .null)")
    }
  }

  static func diceCrossEntropy(_ arguments: Arguments) throws -> any Loss {
    var dice = try dice(arguments)
    let weight = dice.weight
    dice.weight = nil
    return try DiceCrossEntropyLoss(
      dice: dice, weight: weight, diceFactor: arguments.double("lambda_dice", or: 1),
      crossEntropyFactor: arguments.double("lambda_ce", or: 1),
      smoothing: arguments.double("label_smoothing", or: 0))
  }

  private static func run(_ test: Case, _ make: () throws -> any Loss) throws -> [Output] {
    let loss = try make()
    if test.raises && test.inputs.isEmpty { return [] }
    let input = try test.input("input").array().tensor().requiringGradient()
    let target = try test.input("target").array().tensor()
    let value = try loss(input, target)
    try value.sum().backward()
    var outputs = [try Output("loss", value)]
    if let gradient = try input.gradient() { outputs.append(try Output("gradient/input", gradient)) }
    return outputs
  }

  static func deepSupervision(_ test: Case) throws -> [Output] {
    guard let (name, arguments) = test.arguments.nested("loss") else { throw Unsupported("loss") }
    let inner: any Loss
    switch name {
    case "DiceLoss": inner = try dice(arguments)
    case "DiceCELoss": inner = try diceCrossEntropy(arguments)
    default: throw Unsupported("loss \(name)")
    }
    try arguments.checkAllUsed()
    let mode = try test.arguments.string("weight_mode", or: "exp")
    guard let weighting = DeepSupervisionLoss.Weighting(rawValue: mode) else {
      throw Unsupported("weight_mode \(mode)")
    }
    let weights = test.arguments.value("weights") == nil ? nil : try test.arguments.doubles("weights")
    let loss = DeepSupervisionLoss(inner, weighting: weighting, weights: weights)
    let entries = test.allInputs().filter { $0.name != "target" }
    let inputs = try entries.map { try $0.array().tensor().requiringGradient() }
    let value = try loss(inputs, test.input("target").array().tensor())
    try value.sum().backward()
    var outputs = [try Output("loss", value)]
    for (entry, input) in zip(entries, inputs) {
      if let gradient = try input.gradient() {
        outputs.append(try Output("gradient/\(entry.name)", gradient))
      }
    }
    return outputs
  }
}
