/// Metrics.
enum MetricRunners: CaseRunners {
  static let family = "monai/metrics"
  static let classes: [String: Runner] = [:]
}
