import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedDataset

/// What holds for every reader, whatever the data set.
@Suite struct ReaderContract {
  static let readers = DatasetReaders.all.map(\.id)

  /// Every file below a folder with its content.
  private func contents(_ root: URL) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
      var isFolder: ObjCBool = false
      let url = root.appending(path: name)
      if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
        found[name] = try Data(contentsOf: url)
      }
    }
    return found
  }

  @Test func `ids are different and sorted out of nothing else`() {
    #expect(Set(Self.readers).count == Self.readers.count)
  }

  @Test(arguments: readers)
  func `a mimic reads without a word, in strict mode`(id: String) throws {
    let folder = try TemporaryFolder()
    let root = folder.url.appending(path: "copy")
    let reader = try #require(DatasetReaders.reader(id))
    try reader.mimic(to: root, seed: 7)
    #expect(try Dataset.reader(for: root).id == id)
    let dataset = try Dataset(reader, at: root, mode: .strict)
    #expect(!dataset.cases.isEmpty)
    #expect(dataset.problems.isEmpty)
    #expect(Set(dataset.cases.map(\.id)).count == dataset.cases.count)
    for item in dataset.cases.prefix(5) {
      for image in item.images { _ = try image.load() }
      if let target = dataset.form.target { #expect(item[field: target] != nil) }
    }
    let summary = DatasetSummary(dataset)
    #expect(summary.cases == dataset.cases.count && summary.errors == 0)
  }

  @Test(arguments: readers)
  func `the same seed mimics the same bytes, another one others`(id: String) throws {
    let folder = try TemporaryFolder()
    let reader = try #require(DatasetReaders.reader(id))
    for (name, seed) in [("a", 1), ("b", 1), ("c", 2)] as [(String, UInt64)] {
      try reader.mimic(to: folder.url.appending(path: name), seed: seed, cases: 6)
    }
    let a = try contents(folder.url.appending(path: "a"))
    #expect(try a == contents(folder.url.appending(path: "b")))
    #expect(try a != contents(folder.url.appending(path: "c")))
  }

  @Test(arguments: readers)
  func `preparing changes nothing and parts no group`(id: String) throws {
    let folder = try TemporaryFolder()
    let root = folder.url.appending(path: "copy")
    let reader = try #require(DatasetReaders.reader(id))
    try reader.mimic(to: root, seed: 3, cases: 6)
    let before = try contents(root)
    let dataset = try Dataset(reader, at: root)
    let target = folder.url.appending(path: "prepared")
    let report = try Preparation(testShare: 0.3, seed: 1).write(dataset, to: target)
    #expect(try contents(root) == before)
    #expect(Set(report.training.map(\.group)).isDisjoint(with: report.test.map(\.group)))
    #expect(report.leftOut.isEmpty)
    #expect(report.training.count + report.test.count == dataset.cases.count)
    let again = folder.url.appending(path: "again")
    try Preparation(testShare: 0.3, seed: 1).write(dataset, to: again)
    #expect(try contents(target) == contents(again))
    // A folder that is not empty is never written over.
    #expect(throws: DatasetError.self) { try Preparation().write(dataset, to: target) }
    #expect(throws: DatasetError.self) {
      try Preparation().write(dataset, to: root.appending(path: "inside"))
    }
    #expect(try contents(root) == before)
  }

  @Test(arguments: readers)
  func `names in other cases and what systems leave behind read all the same`(id: String) throws {
    let folder = try TemporaryFolder()
    let root = folder.url.appending(path: "copy")
    let reader = try #require(DatasetReaders.reader(id))
    try reader.mimic(to: root, cases: 6)
    let plain = try Dataset(reader, at: root)
    let expected = plain.cases.map(\.id)
    try Data("x".utf8).write(to: root.appending(path: ".DS_Store"))
    try FileManager.default.createDirectory(
      at: root.appending(path: "__MACOSX"), withIntermediateDirectories: true)
    let cluttered = try Dataset(reader, at: root)
    #expect(cluttered.cases.map(\.id) == expected && cluttered.problems == plain.problems)
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path).filter { !$0.hasPrefix(".") }
    let name = try #require(names.sorted().first { $0 != "__MACOSX" })
    let other = name.uppercased() == name ? name.lowercased() : name.uppercased()
    try FileManager.default.moveItem(at: root.appending(path: name), to: root.appending(path: other))
    let dataset = try Dataset(reader, at: root)
    #expect(dataset.cases.map(\.id) == expected)
    if other != name {
      #expect(dataset.problems.count { $0.severity == .note } > plain.problems.count)
      #expect(throws: DatasetError.self) { try Dataset(reader, at: root, mode: .strict) }
    }
  }

  @Test(arguments: readers)
  func `files of zeros and no files at all are errors, not crashes`(id: String) throws {
    let folder = try TemporaryFolder()
    let root = folder.url.appending(path: "copy")
    let reader = try #require(DatasetReaders.reader(id))
    let empty = try folder.folder("empty")
    #expect(throws: DatasetError.self) { try Dataset(reader, at: empty) }
    try reader.mimic(to: root, cases: 3)
    for name in try contents(root).keys {
      try Data(count: 100).write(to: root.appending(path: name))
    }
    if let dataset = try? Dataset(reader, at: root) {
      for item in dataset.cases {
        for image in item.images { #expect(throws: (any Error).self) { try image.load() } }
      }
    }
  }
}
