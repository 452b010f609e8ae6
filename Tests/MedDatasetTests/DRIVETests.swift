import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@testable import MedDataset

@Suite struct DRIVETests {
  let folder: TemporaryFolder
  let root: URL

  init() throws {
    folder = try TemporaryFolder()
    root = folder.file("DRIVE")
    try DRIVE().mimic(to: root, seed: 3, cases: 2)
  }

  private func change(_ path: String, to bytes: [UInt8]) throws {
    try Data(bytes).write(to: root.appending(path: path))
  }

  private func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: root.appending(path: path))
  }

  private func read() throws -> Dataset { try Dataset(DRIVE(), at: root) }

  @Test func aCopyReadsWithoutProblems() throws {
    let set = try Dataset(DRIVE(), at: root, mode: .strict)
    #expect(set.cases.map(\.id) == ["21_training", "22_training", "01_test", "02_test"])
    #expect(set.cases.map(\.group) == ["21", "22", "01", "02"])
    #expect(set.cases.map(\.split) == [.training, .training, .test, .test])
    #expect(set.cases[0].images.map(\.name) == ["image", "label", "mask"])
    #expect(set.cases[2].images.map(\.name) == ["image", "label", "label2", "mask"])
    for item in set.cases {
      let subject = try item.subject()
      _ = try subject.sharedGrid()
      #expect(subject[scalar: "image"]?.voxels.channels == 3)
      #expect(subject[scalar: "image"]?.size == [64, 66, 1])
      let label = try #require(subject[labels: "label"])
      let mask = try #require(subject[labels: "mask"])
      #expect(Set(label.voxels.elements) == [0, 1])
      #expect(Set(mask.voxels.elements) == [0, 1])
      #expect(zip(label.voxels.elements, mask.voxels.elements).allSatisfy { $0 <= $1 })
    }
    #expect(try Dataset.reader(for: root).id == "drive")
    // Unpacked one level deeper.
    #expect(try Dataset(DRIVE(), at: folder.url).cases.count == 4)
  }

  @Test func sameSeedSameBytes() throws {
    let again = folder.file("again")
    try DRIVE().mimic(to: again, seed: 3, cases: 2)
    let view = try DatasetFolderView(root)
    #expect(!view.walk().isEmpty)
    for entry in view.walk() {
      #expect(
        try Data(contentsOf: view.url(entry.path)) == Data(contentsOf: again.appending(path: entry.path)))
    }
  }

  @Test func aTestSetWithoutLabels() throws {
    try remove("test/1st_manual")
    try remove("test/2nd_manual")
    let set = try read()
    #expect(set.cases.count == 4)
    #expect(set.cases[2].images.map(\.name) == ["image", "mask"])
    #expect(set.problems.allSatisfy { $0.severity == .note })
    #expect(set.problems.count == 2)
  }

  @Test func everythingWrongIsListed() throws {
    try remove("training/1st_manual/21_manual1.gif")
    try remove("training/images/22_training.tif")
    try remove("test/mask")
    try change("training/notes.txt", to: [1])
    try change("test/images/xx_test.tif", to: [1])
    let names = ["01_test.tif", "01_TEST.TIF"].map { root.appending(path: "test/images/\($0)") }
    try FileManager.default.moveItem(at: names[0], to: names[1])
    let set = try read()
    let said = set.problems.map(\.problem.description).joined(separator: "\n")
    for words in [
      "21_manual1.gif is missing", "22_training.tif is missing", "the folder “mask” is missing", "notes.txt",
      "xx_test.tif", "the owners write this name “01_test.tif”",
    ] { #expect(said.contains(words), "\(words) in\n\(said)") }
    #expect(set.cases.map(\.id) == ["21_training", "01_test", "02_test"])
    #expect(throws: DatasetError.self) { try Dataset(DRIVE(), at: root, mode: .strict) }
  }

  @Test func valuesAndSizesOfLabels() throws {
    func failure(_ bytes: [UInt8]) throws -> String {
      try change("training/1st_manual/21_manual1.gif", to: bytes)
      let images = try read().cases[0].images
      let label = try #require(images.first { $0.name == "label" })
      do {
        _ = try label.load()
        return ""
      } catch { return "\(error)" }
    }
    var pixels = [UInt8](repeating: 0, count: 64 * 66)
    pixels[64 * 5 + 3] = 128
    #expect(
      try failure(GIFWriter.encode(pixels, width: 64, height: 66)).contains("found 128 at pixel (3, 5)"))
    #expect(try failure(GIFWriter.encode([0, 255], width: 2, height: 1)).contains("found 2×1"))
    #expect(try failure(Array("GIF89a".utf8)).contains("21_manual1.gif"))
    #expect(try failure([]).contains("21_manual1.gif"))
  }

  @Test func preparationKeepsTheOwnersSplit() throws {
    let target = folder.file("prepared")
    let report = try Preparation().write(read(), to: target)
    #expect(report.officialSplit)
    #expect(report.training.map(\.group) == ["21", "22"])
    #expect(report.leftOut.isEmpty)
    let label = try LabelMap(contentsOf: target.appending(path: "labelsTr/21_training.nii.gz"))
    #expect(Set(label.voxels.elements) == [0, 1])
  }

  @Test func longGIFs() throws {
    let pixels = (0..<300 * 7).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let url = try folder.file("long.gif", containing: GIFWriter.encode(pixels, width: 300, height: 7))
    #expect(try ImageFile.read(url).voxels == .uint8(VoxelBuffer(size: [300, 7, 1], elements: pixels)))
  }
}
