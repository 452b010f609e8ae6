/// Sliding windows and their like.
enum InfererRunners: CaseRunners {
  static let family = "monai/inferers"
  static let classes: [String: Runner] = [:]
}
