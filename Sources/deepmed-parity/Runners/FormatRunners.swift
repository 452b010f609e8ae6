/// Readers of real files.
enum FormatRunners: CaseRunners {
  static let family = "formats"
  static let classes: [String: Runner] = [:]
}
