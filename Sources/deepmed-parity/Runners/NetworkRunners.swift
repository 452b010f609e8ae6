/// Networks with weights by formula.
enum NetworkRunners: CaseRunners {
  static let family = "networks"
  static let classes: [String: Runner] = [:]
}
