/// MedicalNet's networks, data preparation and training.
enum MedicalNetRunners: CaseRunners {
  static let family = "medicalnet"
  static let classes: [String: Runner] = [:]
}
