/// TorchIO's transforms.
enum TorchIORunners: CaseRunners {
  static let family = "torchio"
  static let classes: [String: Runner] = [:]
}
