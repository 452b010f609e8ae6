import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@testable import MedDataset

@Suite struct LIDCTests {
  let folder: TemporaryFolder
  let root: URL
  /// The CT folder and the annotations of the first patient.
  let place: URL
  let annotations: URL

  init() throws {
    folder = try TemporaryFolder()
    root = folder.file("set")
    try LIDC().mimic(to: root, seed: 5, cases: 2)
    let view = try DatasetFolderView(root)
    let xml = try #require(
      view.walk("LIDC-IDRI/LIDC-IDRI-0001").first { entry in
        entry.name == "69.xml"
      })
    annotations = view.url(xml.path)
    place = annotations.deletingLastPathComponent()
  }

  private func read(agreement: Double = 0.5) throws -> Dataset {
    try Dataset(LIDC(agreement: agreement), at: root)
  }

  private func edit(_ change: (String) -> String) throws {
    let text = try String(contentsOf: annotations, encoding: .utf8)
    let new = change(text)
    #expect(new != text)
    try Data(new.utf8).write(to: annotations)
  }

  private func labels(_ item: DatasetCase?) throws -> LabelMap {
    let label = try #require(item?.images.first { $0.name == "label" })
    guard case .labels(let map) = try label.load() else { throw DatasetError("no labels") }
    return map
  }

  private func said(_ set: Dataset) -> String {
    set.problems.map(\.problem.description).joined(separator: "\n")
  }

  @Test func aCopyReadsWithoutProblems() throws {
    let set = try Dataset(LIDC(), at: root, mode: .strict)
    #expect(set.cases.map(\.id) == ["LIDC-IDRI-0001", "LIDC-IDRI-0002"])
    #expect(set.cases.map(\.group) == ["LIDC-IDRI-0001", "LIDC-IDRI-0002"])
    let item = set.cases[0]
    #expect(item.images.map(\.name) == ["image", "label"])
    let subject = try item.subject()
    let grid = try subject.sharedGrid()
    #expect(grid.size == [64, 64, 12])
    #expect(grid.affine.columns.k == [0, 0, 2.5])
    #expect(item[field: "readers"] == .number(4))
    #expect(item[field: "nodules by reader"]?.plain == "2; 2; 2; 1")
    #expect(item[field: "small nodules by reader"]?.plain == "1; 1; 0; 0")
    #expect(item[field: "non-nodules by reader"]?.plain == "0; 0; 1; 1")
    #expect(item[field: "nodules"] == .number(2))
    #expect(item[field: "nodule readers"]?.plain == "4; 3")
    guard case .list(let ratings)? = item[field: "ratings"] else { throw DatasetError("no ratings") }
    #expect(ratings.count == 7)
    #expect(ratings[1].plain.hasPrefix("1 | Nodule 002 | "))
    #expect(ratings[1].plain.split(separator: " ").count == 14)
    // The inner folder, and what the archive's downloader makes.
    #expect(try Dataset(LIDC(), at: root.appending(path: "LIDC-IDRI")).cases.count == 2)
    let outer = try folder.folder("outer")
    try FileManager.default.moveItem(at: root, to: outer.appending(path: "manifest-16007"))
    #expect(try Dataset(LIDC(), at: outer, mode: .strict).cases.count == 2)
  }

  @Test func theMaskLiesOnTheNodules() throws {
    let subject = try read().cases[0].subject()
    let scan = try #require(subject[scalar: "image"]).voxels.elements
    let mask = try #require(subject[labels: "label"]).voxels.elements
    #expect(Set(mask) == [0, 1])
    let inside = zip(scan, mask).filter { $0.1 == 1 }.map { Double($0.0) }
    #expect(inside.count > 100)
    // Most of it is as dense as the nodules, 40 HU in lungs of -850.
    #expect(inside.reduce(0, +) / Double(inside.count) > -150)
  }

  @Test func agreement() throws {
    var last = Int.max
    for share in [0.1, 0.25, 0.5, 0.75, 1] {
      let count = try labels(read(agreement: share).cases[0]).voxels.elements.count { $0 == 1 }
      #expect(share == 0.25 ? count == last : count < last)
      last = count
    }
    #expect(last > 0)
  }

  /// Four readers of squares, and one of them with a hole.
  private func squares(_ session: (Int) -> String) throws {
    let view = try DICOM.series(in: place)[0].slices()
    let name = view[3].identity
    let sessions = (0..<4).map { "<readingSession>\(session($0))</readingSession>" }.joined()
    let series = try DICOM.series(in: place)[0].uid
    let text = """
      <LidcReadMessage xmlns="http://www.nih.gov"><ResponseHeader><SeriesInstanceUid>\(series)</SeriesInstanceUid>\
      </ResponseHeader>\(sessions)</LidcReadMessage>
      """
    try Data(text.replacingOccurrences(of: "SLICE", with: name).utf8).write(to: annotations)
  }

  private func roi(
    _ low: Int, _ high: Int, slice: String = "SLICE", z: String = "0", included: String = "TRUE"
  ) -> String {
    let points = [(low, low), (high, low), (high, high), (low, high)]
    let edges = points.map { "<edgeMap><xCoord>\($0)</xCoord><yCoord>\($1)</yCoord></edgeMap>" }.joined()
    return """
      <roi><imageZposition>\(z)</imageZposition><imageSOP_UID>\(slice)</imageSOP_UID>\
      <inclusion>\(included)</inclusion>\(edges)</roi>
      """
  }

  private func nodule(_ rois: String) -> String {
    "<unblindedReadNodule><noduleID>n</noduleID><characteristics><malignancy>4</malignancy></characteristics>"
      + rois + "</unblindedReadNodule>"
  }

  @Test func halfOfFourByHand() throws {
    try squares { reader in
      switch reader {
      // Pixels 11 to 19 without 14 to 15.
      case 0: nodule(roi(10, 20) + roi(13, 16, included: "FALSE"))
      // Pixels 13 to 29, and twice the same.
      case 1: nodule(roi(12, 30)) + nodule(roi(12, 30))
      default: ""
      }
    }
    let item = try read().cases[0]
    let map = try labels(item)
    var expected: Set<SIMD2<Int>> = []
    for y in 13...19 {
      for x in 13...19 where !((14...15).contains(x) && (14...15).contains(y)) { expected.insert([x, y]) }
    }
    var found: Set<SIMD2<Int>> = []
    for k in 0..<12 {
      for y in 0..<64 {
        for x in 0..<64 where map.voxels[0, x, y, k] == 1 {
          #expect(k == 3)
          found.insert([x, y])
        }
      }
    }
    #expect(found == expected)
    #expect(item[field: "nodules"] == .number(1))
    #expect(item[field: "nodule readers"]?.plain == "2")
    #expect(item[field: "mean malignancy"]?.plain == "4")
    guard case .list(let ratings)? = item[field: "ratings"] else { throw DatasetError("no ratings") }
    #expect(ratings[0].plain == "1 | n | - - - - - - - - 4")
  }

  @Test func slicesByHeight() throws {
    // Slice 3 lies at -192.5 mm.
    try squares { _ in nodule(roi(10, 20, slice: "", z: "-192.54")) }
    #expect(try labels(read().cases[0]).voxels[0, 15, 15, 3] == 1)
    try squares { _ in nodule(roi(10, 20, slice: "1.2.3", z: "-192.7")) }
    let error = #expect(throws: DatasetError.self) { try labels(read().cases[0]) }
    #expect(error?.problems.count == 4)
    #expect(error?.description.contains("69.xml: line 1") == true)
  }

  @Test func missingSlicesAndPointsOutside() throws {
    try FileManager.default.removeItem(at: place.appending(path: "000007.dcm"))
    let set = try read()
    let label = try #require(set.cases[0].images.first { $0.name == "label" })
    let error = #expect(throws: DatasetError.self) { try label.load() }
    #expect((error?.problems.count ?? 0) >= 4)
    #expect(error?.description.contains("is not in the series") == true)
    // `check --images` and `summary` see it without making the mask.
    let log = DatasetLog()
    _ = DatasetSummary(set, log: log)
    #expect(log.problems.count == error?.problems.count)
    let prepared = try Preparation(testShare: 0).write(set, to: folder.file("prepared"))
    #expect(prepared.leftOut.keys.sorted() == ["LIDC-IDRI-0001"])

    try edit { $0.replacingOccurrences(of: "<xCoord>18</xCoord>", with: "<xCoord>64</xCoord>") }
    let damaged = try read()
    #expect(damaged.cases[0].images.map(\.name) == ["image"])
    #expect(said(damaged).contains("lies outside of the image of 64×64 pixels"))
    #expect(said(damaged).contains("69.xml: line "))
  }

  @Test func annotationsBesideThePatients() throws {
    let tree = root.appending(path: "tcia-lidc-xml/157")
    try FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
    let expected = try labels(read().cases[0])
    try FileManager.default.moveItem(at: annotations, to: tree.appending(path: "158.xml"))
    try folder.write("set/tcia-lidc-xml/157/159.xml", "<IdriReadMessage xmlns=\"http://www.nih.gov\"/>")
    let set = try Dataset(LIDC(), at: root, mode: .strict)
    #expect(try labels(set.cases[0]) == expected)
    try FileManager.default.removeItem(at: tree)
    let bare = try read()
    #expect(bare.cases[0].images.map(\.name) == ["image"])
    #expect(said(bare).contains("no annotations"))
  }

  @Test func severalScansOfAPatient() throws {
    // The same series again, and another one.
    let patient = place.deletingLastPathComponent()
    try FileManager.default.copyItem(at: place, to: patient.appending(path: "copy"))
    let set = try read()
    #expect(set.cases.map(\.id) == ["LIDC-IDRI-0001", "LIDC-IDRI-0002"])
    #expect(said(set).contains("is there twice"))
    try FileManager.default.removeItem(at: patient.appending(path: "copy"))
    let second = root.appending(path: "LIDC-IDRI/LIDC-IDRI-0002")
    let names = try FileManager.default.contentsOfDirectory(atPath: second.path)
    try FileManager.default.moveItem(
      at: second.appending(path: names[0]),
      to: root.appending(path: "LIDC-IDRI/LIDC-IDRI-0001/\(names[0])"))
    let joined = try read()
    #expect(joined.cases.map(\.id) == ["LIDC-IDRI-0001-1", "LIDC-IDRI-0001-2"])
    #expect(joined.cases.map(\.group) == ["LIDC-IDRI-0001", "LIDC-IDRI-0001"])
    #expect(said(joined).contains("folder is empty"))
  }

  @Test func damagedAnnotations() throws {
    let whole = try String(contentsOf: annotations, encoding: .utf8)
    func problems(_ text: String) throws -> String {
      try Data(text.utf8).write(to: annotations)
      let set = try read()
      #expect(set.cases.count == 2)
      #expect(set.cases[0].images.map(\.name) == ["image"])
      return said(set)
    }
    #expect(try problems(String(whole.prefix(whole.count / 2))).contains("no well-formed XML"))
    #expect(try problems("").contains("69.xml"))
    #expect(try problems("<other/>").contains("expected LidcReadMessage, found other"))
    #expect(
      try problems("<!DOCTYPE a [<!ENTITY e \"x\">]>" + whole.dropFirst(38)).contains("declares entities"))
    #expect(
      try problems(whole.replacingOccurrences(of: "<xCoord>18<", with: "<xCoord>1e9<")).contains(
        "whole numbers"))
    #expect(
      try problems(whole.replacingOccurrences(of: "<subtlety>", with: "<subtlety>9")).contains(
        "rating from 1 to 6"))
    #expect(try problems(whole.replacingOccurrences(of: "TRUE", with: "MAYBE")).contains("TRUE or FALSE"))
    #expect(
      try problems(whole.replacingOccurrences(of: "</SeriesInstanceUid>", with: "9</SeriesInstanceUid>"))
        .contains("of the series"))
    #expect(
      try problems(
        whole.replacingOccurrences(of: "readingSession", with: "reading")
      ).contains("no readingSession"))
    let view = try DatasetFolderView(root)
    for entry in view.walk("LIDC-IDRI/LIDC-IDRI-0001") where entry.name.hasSuffix(".dcm") {
      try Data(count: 200).write(to: view.url(entry.path))
    }
    let set = try read()
    #expect(set.cases.map(\.id) == ["LIDC-IDRI-0002"])
    #expect(said(set).contains("000001.dcm"))
  }

  @Test func outlinesThatWouldTakeForever() throws {
    let zigzag = (0..<1000).map {
      "<edgeMap><xCoord>\($0 % 2 * 63)</xCoord><yCoord>\($0 % 2 * 62)</yCoord></edgeMap>"
    }
    let one = "<roi><imageZposition>1</imageZposition>\(zigzag.joined())</roi>"
    try squares { _ in nodule(one + one) }
    #expect(try read().cases.count == 2)
    let consensus = LIDCConsensus(
      try LIDCAnnotations(contentsOf: annotations), file: annotations, size: [64, 64])
    #expect(consensus.problems.isEmpty)
    // A wide image whose outlines each cover all of it.
    let wide =
      "<roi><imageZposition>1</imageZposition><edgeMap><xCoord>0</xCoord><yCoord>0</yCoord></edgeMap>"
      + "<edgeMap><xCoord>60000</xCoord><yCoord>60000</yCoord></edgeMap></roi>"
    try squares { _ in nodule(wide) }
    let refused = LIDCConsensus(
      try LIDCAnnotations(contentsOf: annotations), file: annotations, size: [65535, 65535])
    #expect(refused.problems.count == 1 && refused.drawn.isEmpty)
  }
}
