/// Layers and blocks of networks.
enum BlockRunners: CaseRunners {
  static let family = "blocks"
  static let classes: [String: Runner] = [:]
}
