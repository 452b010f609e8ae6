/// Losses and their gradients.
enum LossRunners: CaseRunners {
  static let family = "monai/losses"
  static let classes: [String: Runner] = [:]
}
