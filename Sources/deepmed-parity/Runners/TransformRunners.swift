/// Transforms on arrays, dictionaries, and their inverses.
enum TransformRunners: CaseRunners {
  static let family = "monai/transforms"
  static let classes: [String: Runner] = [:]
}
