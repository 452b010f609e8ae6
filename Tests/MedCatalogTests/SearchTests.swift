import Foundation
import MedCatalog
import MedVoxel
import Testing

/// A question and the entries of which one must be among the first three answers.
private let questions: [(String, [String])] = [
  ("kidney tumor CT segmentation", ["kits19"]),
  ("retina vessels", ["drive"]),
  ("lung nodules", ["lidc-idri"]),
  ("brain tumour MRI glioma", ["brats"]),
  ("seizure prediction EEG", ["eeg-melbourne", "eeg-aes"]),
  ("mammografy", ["ddsm", "inbreast", "mini-mias"]),
  ("regulatory DNA convolution", ["deepsea", "danq", "basset"]),
  ("PICO", ["ebm-nlp"]),
  ("dysarthria speech", ["torgo"]),
  ("histology registration landmarks", ["anhir", "cima-histology"]),
  ("fingerprints of molecules", ["neural-fingerprint"]),
  ("open ICU records", ["mimic-iii"]),
  ("left ventricle ejection fraction ultrasound", ["echonet-dynamic"]),
  ("alzheimers disease MRI", ["adni"]),
  ("autism brain fMRI", ["abide-pcp"]),
  ("skin lesion dermoscopy", ["isic-archive"]),
  ("diabetic retinopathy", ["kaggle-dr"]),
  ("tuberculosis chest x-ray", ["belarus-tb", "tb-chest-xray-ensemble"]),
  ("CXR nodule", ["scr-jsrt"]),
  ("bone x-ray abnormality", ["mura"]),
  ("colon polyps CT", ["ct-colonography"]),
  ("cardiac cine MRI contours", ["sunnybrook-scd"]),
  ("multiple sclerosis lesions", ["mslesion-2008"]),
  ("cervical cancer screening", ["kaggle-cervix"]),
  ("yes no maybe question answering", ["pubmedqa"]),
  ("sentence classification randomized trials abstracts", ["pubmed-rct"]),
  ("precision medicine retrieval", ["trec-pm-2017"]),
  ("parkinson voice", ["uci-parkinsons", "uci-parkinsons-updrs", "uci-parkinson-speech"]),
  ("heart disease table", ["uci-heart"]),
  ("medical concept embeddings", ["claims-embeddings", "cui2vec"]),
  ("payments to doctors", ["dollars-for-docs"]),
  ("hospital inpatient discharge", ["texas-pudf"]),
  ("variant effect prediction", ["expecto", "zhou-2018-expecto", "deepsea"]),
  ("transcription factor binding motifs", ["deepbind"]),
  ("pancreas segmentation", ["deeporgan"]),
  ("protein secondary structure", ["dnss"]),
  ("variational autoencoder molecules", ["chemical-vae"]),
  ("single-cell methylation", ["deepcpg"]),
  ("splicing code", ["spanr"]),
  ("reinforcement learning atari", ["dqn"]),
  ("gene ontology", ["ashburner-2000-gene-ontology"]),
  ("pretrained 3D resnet", ["medicalnet"]),
  ("tensorflow medical imaging", ["niftynet"]),
  ("head and neck cancer speech intelligibility", ["nki-ccrt"]),
  ("pathology metastasis lymph node", ["camelyon-inception", "camelyon-googlenet"]),
  ("kidny tumour", ["kits19"]),
  ("drug induced liver injury", ["dili-ugrnn"]),
  ("MR prostate", ["prostate-sparse-patch-matching"]),
]

@Suite struct SearchTests {
  private static let index = Result { try CatalogIndex(Catalog.bundled()) }

  private func ids(_ query: String, _ filter: CatalogFilter = CatalogFilter(), limit: Int = 10) throws
    -> [String]
  {
    try Self.index.get().search(query, filter: filter, limit: limit).hits.map(\.id)
  }

  @Test(arguments: questions)
  func `the right entry is among the first three`(question: String, wanted: [String]) throws {
    let found = try ids(question, limit: 3)
    #expect(!Set(found).isDisjoint(with: wanted), "\(question): \(found)")
  }

  @Test(arguments: [
    ("tumour", "tumor"), ("tumours", "tumors"), ("haemorrhage", "hemorrhage"), ("randomised", "randomized"),
    ("leukaemia", "leukemia"), ("oesophageal", "esophageal"), ("localisation", "localization"),
    ("MR brain", "MRI brain"),
    ("chest radiograph", "CXR"), ("renal", "kidney"), ("LUNG NODULES", "lung nodules"),
    ("nodules lung", "lung nodules"),
  ])
  func `spelling, synonyms and order find the same entries`(one: String, other: String) throws {
    #expect(Set(try ids(one, limit: 300)) == Set(try ids(other, limit: 300)))
    #expect(try Self.index.get().search(one).corrected.isEmpty)
  }

  @Test func `typing errors are told`() throws {
    let result = try Self.index.get().search("kidny")
    #expect(result.corrected == ["kidny": "kidney"])
    #expect(try Self.index.get().search("kidney").corrected.isEmpty)
  }

  @Test(arguments: ["", "   ", "\"", "AND OR NOT", "(", "*", "a:b", "name:x", "NEAR(a b)", "🧠", "\u{0}", "-"])
  func `hostile queries are words like others`(query: String) throws { _ = try ids(query) }

  @Test func `a query of many words ends`() throws {
    _ = try ids(Array(repeating: "xylophone", count: 10_000).joined(separator: " "))
  }

  @Test func `a wider filter finds the narrower terms`() throws {
    let vocabulary = try Self.index.get().vocabulary()
    let filter = try CatalogFilter([.modality: ["X-ray"], .task: ["detection"]], vocabulary: vocabulary)
    let found = try Self.index.get().entries(filter)
    #expect(found.contains { $0.modality.contains("mammography") })
    #expect(found.allSatisfy { filter.admits($0, vocabulary: vocabulary) })
    let all = try Catalog.bundled().entries
    #expect(Set(found.map(\.id)) == Set(all.filter { filter.admits($0, vocabulary: vocabulary) }.map(\.id)))
  }

  @Test func `unknown filter words are told with the nearest known`() throws {
    let vocabulary = try Self.index.get().vocabulary()
    let error = #expect(throws: CatalogError.self) {
      try CatalogFilter([.modality: ["mamography"], .task: ["segmentatoin"]], vocabulary: vocabulary)
    }
    #expect(error?.problems.count == 2)
    #expect(error?.cause == .usage)
    #expect((error.map(\.description) ?? "").contains("segmentation"))
  }
}
