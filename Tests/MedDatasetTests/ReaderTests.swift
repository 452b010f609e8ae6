import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@testable import MedDataset

@Suite struct ReaderTests {
  private func copy(_ id: String, cases: Int? = nil) throws -> (folder: TemporaryFolder, root: URL) {
    let folder = try TemporaryFolder()
    let root = folder.url.appending(path: "copy")
    try #require(DatasetReaders.reader(id)).mimic(to: root, cases: cases)
    return (folder, root)
  }

  private func texts(_ dataset: Dataset) -> [String] { dataset.problems.map { $0.problem.description } }

  @Test func `KiTS19 without scans, masks or facts lists all of it`() throws {
    let (folder, root) = try copy("kits19")
    defer { withExtendedLifetime(folder) {} }
    let files = FileManager.default
    try files.removeItem(at: root.appending(path: "data/case_00000/imaging.nii.gz"))
    try files.removeItem(at: root.appending(path: "data/case_00001/segmentation.nii.gz"))
    try files.removeItem(at: root.appending(path: "data/case_00002"))
    try Data("notes".utf8).write(to: root.appending(path: "data/case_00001/notes.txt"))
    let dataset = try Dataset(KiTS19(), at: root)
    #expect(dataset.cases.map(\.id) == ["case_00000", "case_00001"])
    #expect(dataset.cases[0].images.map(\.name) == ["label"])
    #expect(dataset.cases[1].images.map(\.name) == ["image"])
    let problems = texts(dataset)
    #expect(problems.count == 4, "\(problems)")
    for words in ["imaging.nii.gz is missing", "segmentation.nii.gz is missing", "case_00002", "notes.txt"] {
      #expect(problems.contains { $0.contains(words) })
    }
    let error = #expect(throws: DatasetError.self) { try Dataset(KiTS19(), at: root, mode: .strict) }
    #expect(error?.problems.count == 4)
    // A case without an image can't be prepared, and says so.
    let refused = #expect(throws: DatasetError.self) {
      try Preparation(testShare: 0).write(dataset, to: folder.url.appending(path: "none"))
    }
    #expect(refused?.problems.count == 2)
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "none").path))
  }

  @Test func `KiTS19 facts keep their values`() throws {
    let (folder, root) = try copy("kits19", cases: 1)
    defer { withExtendedLifetime(folder) {} }
    let item = try #require(try Dataset(KiTS19(), at: root).cases.first)
    #expect(item.split == .training)
    #expect(item[field: "comorbidities.copd"] == .flag(false))
    #expect(item[field: "age_at_nephrectomy"]?.number != nil)
    let subject = try item.subject()
    #expect(subject[labels: "label"]?.voxels.elements.max() == 2)
    #expect(subject[scalar: "image"]?.grid == subject[labels: "label"]?.grid)
  }

  @Test(arguments: [
    ("[", "no JSON"), ("{}", "expected a list"), ("[{\"age\": 3}]", "expected a case with a case_id"),
  ])
  func `a damaged kits.json is told`(text: String, message: String) throws {
    let (folder, root) = try copy("kits19")
    defer { withExtendedLifetime(folder) {} }
    try Data(text.utf8).write(to: root.appending(path: "data/kits.json"))
    let dataset = try Dataset(KiTS19(), at: root)
    #expect(dataset.cases.count == 3)
    #expect(texts(dataset).contains { $0.contains(message) }, "\(texts(dataset))")
  }

  @Test func `PubMedQA tells unlike answers and odd questions`() throws {
    let folder = try TemporaryFolder()
    try Data(
      """
      {"1": {"QUESTION": "Why?", "CONTEXTS": ["a"], "LABELS": ["A", "B"], "final_decision": "perhaps"},
       "2": {"QUESTION": "", "final_decision": "yes"}, "10": [], "3": {"QUESTION": "So?", "final_decision": "no"}}
      """.utf8
    ).write(to: folder.url.appending(path: "ori_pqal.json"))
    try Data("{\"2\": \"no\", \"77\": \"yes\"}".utf8).write(
      to: folder.url.appending(path: "test_ground_truth.json"))
    let dataset = try Dataset(PubMedQA(), at: folder.url)
    #expect(dataset.cases.map(\.id) == ["1", "2", "3"])
    #expect(dataset.cases.map(\.split) == [.training, .test, .training])
    let problems = texts(dataset)
    for words in [
      "expected yes, no or maybe, found “perhaps”", "1 contexts have 2 section labels", "QUESTION is missing",
      "test_ground_truth.json says “no”, the question says “yes”", "answers 77", "ori_pqal.json: 10",
    ] {
      #expect(problems.contains { $0.contains(words) }, "\(words): \(problems)")
    }
  }

  @Test func `subjects of the voice recordings stay together`() throws {
    let (folder, root) = try copy("uci-parkinsons")
    defer { withExtendedLifetime(folder) {} }
    let dataset = try Dataset(UCITables.parkinsons, at: root)
    #expect(dataset.cases[0].group == "S1")
    let parts = GroupSplit.parted(dataset.cases, testShare: 0.25, seed: 4)
    #expect(Set(parts.training.map(\.group)).isDisjoint(with: parts.test.map(\.group)))
    #expect(abs(Double(parts.test.count) / Double(dataset.cases.count) - 0.25) < 0.05)
    #expect(parts.test.map(\.id) == GroupSplit.parted(dataset.cases, testShare: 0.25, seed: 4).test.map(\.id))
    #expect(parts.test.map(\.id) != GroupSplit.parted(dataset.cases, testShare: 0.25, seed: 5).test.map(\.id))
  }

  @Test func `an official split that parts a group is not kept`() {
    var cases = ["a", "a", "b", "c"].enumerated().map {
      DatasetCase(id: "\($0)", group: $1, split: .training)
    }
    cases[1].split = .test
    let parts = GroupSplit.parted(cases, testShare: 0.5, seed: 0)
    #expect(!parts.isOfficial)
    #expect(Set(parts.training.map(\.group)).isDisjoint(with: parts.test.map(\.group)))
  }

  @Test func `links that loop are walked once`() throws {
    let folder = try TemporaryFolder()
    let inner = try folder.folder("a/b")
    try Data("x".utf8).write(to: inner.appending(path: "file"))
    try FileManager.default.createSymbolicLink(
      at: inner.appending(path: "loop"), withDestinationURL: folder.url.appending(path: "a"))
    #expect(try DatasetFolderView(folder.url).walk().map(\.path) == ["a/b/file"])
  }

  @Test func `numbers in names sort as numbers`() {
    let names = ["case_10", "case_9", "case_009", "b", "a2b10", "a2b9"]
    #expect(
      names.sorted(by: DatasetFolderView.naturallyBefore)
        == ["a2b9", "a2b10", "b", "case_009", "case_9", "case_10"])
  }

  /// The published counts, on the owners' real files.
  @Test func `real files have their published counts`() throws {
    guard
      let data = ProcessInfo.processInfo.environment["DEEPMED_VECTORS"].map({
        URL(filePath: $0).deletingLastPathComponent().appending(path: "data")
      }), FileManager.default.fileExists(atPath: data.path)
    else {
      print("skipped: DEEPMED_VECTORS names no folder with real files beside it")
      return
    }
    let questions = try Dataset(PubMedQA(), at: data.appending(path: "pubmedqa__pubmedqa"), mode: .strict)
    let summary = DatasetSummary(questions)
    #expect(summary.cases == 1000)
    #expect(summary.classes.map(\.count) == [552, 338, 110])
    #expect(summary.splits.map(\.count) == [500, 500])
    let kits = try Dataset(KiTS19(), at: data.appending(path: "neheller__kits19"))
    #expect(kits.cases.count == 5)
    for item in kits.cases {
      guard case .labels(let map)? = try item.images.first?.load() else { continue }
      #expect((map.voxels.elements.max() ?? 9) <= 2)
    }
    let tables: [(String, UCITable, Int)] = [
      ("vilge__Liver_patient", UCITables.liver, 345), ("tirobi__HxCapstone-Prj2", UCITables.parkinsons, 195),
      ("behnazrzf__Parkinson-s_Telemonitoring/data", UCITables.telemonitoring, 5875),
      ("brusmichal__id3_classification", UCITables.breastCancer, 286),
      ("Noot-tooN__MasinskoUcenje/data", UCITables.lymphography, 148),
      ("hiteshwarsingh1__HeartDisease-Prediction/Datasets", UCITables.heart, 303),
      ("vipull2010__heart-disease-xai", UCITables.heart, 294),
      ("vincentjunitio00__Heart_Disease_Clustering", UCITables.heart, 323),
      ("mihagazvoda__compareClassifiersThyroid", UCITables.thyroid, 215),
      ("Asquator__Hyperthyroidism-ML", UCITables.thyroid, 3772 + 3428 + 2800 + 9172),
    ]
    for (place, reader, count) in tables {
      let dataset = try Dataset(reader, at: data.appending(path: "uci/\(place)"))
      #expect(dataset.cases.count == count, "\(place)")
      #expect(
        !dataset.problems.contains { $0.severity == .error && !$0.problem.statement.contains("is missing") })
    }
    let recordings = try Dataset(
      UCITables.parkinsons, at: data.appending(path: "uci/tirobi__HxCapstone-Prj2"))
    #expect(Set(recordings.cases.map(\.group)).count == 32)
  }
}
