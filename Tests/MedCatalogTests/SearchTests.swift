import Foundation
import MedCatalog
import Testing

/// A question and the entry that must be among the first three answers.
private let questions: [(String, String)] = [
  ("kidney tumor CT segmentation", "kits19"),
  ("retina vessels", "drive"),
  ("lung nodules", "lidc-idri"),
  ("brain tumour MRI glioma", "brats"),
  ("seizure prediction EEG", "eeg-melbourne"),
  ("mammografy", "ddsm"),
  ("regulatory DNA convolution", "basset"),
  ("PICO", "ebm-nlp"),
  ("dysarthria speech", "torgo"),
  ("histology registration landmarks", "anhir"),
  ("fingerprints of molecules", "neural-fingerprint"),
  ("open ICU records", "mimic-iii"),
]

@Suite struct SearchTests {
  static let index = Result { try CatalogIndex(Catalog.bundled()) }

  @Test(arguments: questions)
  func `the right entry is among the first three`(question: String, wanted: String) throws {
    let found = try Self.index.get().search(question, limit: 3).hits.map(\.entry.id)
    #expect(found.contains(wanted), "\(question): \(found)")
  }
}
