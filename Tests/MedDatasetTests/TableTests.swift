import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedDataset

@Suite struct TableTests {
  @Test(arguments: [
    ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a, b \n", [["a", "b"]]), ("\"a,b\",c", [["a,b", "c"]]),
    ("\"a\"\"b\",c", [["a\"b", "c"]]), ("\"two\nlines\",c\nd,e", [["two\nlines", "c"], ["d", "e"]]),
    ("\n\na\n\n", [["a"]]), ("a,\n", [["a", ""]]), ("", []), (",", [["", ""]]), (" \"a\" ,b", [["a", "b"]]),
  ])
  func `cells are those of RFC 4180`(text: String, rows: [[String]]) {
    #expect(SeparatedTable(text).rows.map(\.cells) == rows)
  }

  @Test func `lines are those of an editor, also after quotes over several lines`() {
    #expect(SeparatedTable("\"a\nb\",c\n\nd,e").rows.map(\.line) == [1, 4])
    #expect(SeparatedTable("a\n\"b\nc").openQuote == 2)
  }

  @Test func `spaces part cells, too`() {
    #expect(
      SeparatedTable(" 1  2\t3 \n4 5 6", separator: .spaces).rows.map(\.cells) == [
        ["1", "2", "3"], ["4", "5", "6"],
      ])
  }

  private func liver(_ text: Data) throws -> Dataset {
    let folder = try TemporaryFolder()
    try text.write(to: folder.url.appending(path: "bupa.data"))
    return try Dataset(UCITables.liver, at: folder.url)
  }

  private static let row = "85,92,45,27,31,0.0,1"

  @Test(arguments: [
    (row + "\n" + row, 2), ("mcv,alkphos,sgpt,sgot,gammagt,drinks,selector\n" + row, 1),
    (row + "\r\n" + row + "\r\n", 2), ("\u{FEFF}" + row, 1), (row + ",\n", 1),
    (row.replacingOccurrences(of: ",", with: " "), 1), ("?,?,?,?,?,?,1", 1),
  ])
  func `copies with other habits read the same`(text: String, count: Int) throws {
    let dataset = try liver(Data(text.utf8))
    #expect(dataset.cases.count == count)
    #expect(!dataset.problems.contains { $0.severity == .error })
  }

  @Test func `Latin-1 and UTF-16 read`() throws {
    let latin = "# caf\u{E9}\n"
    var bytes = Data(latin.unicodeScalars.map { UInt8($0.value) })
    bytes.append(contentsOf: Self.row.utf8)
    #expect(try liver(bytes).cases.count == 1)
    var text = Data([0xFF, 0xFE])
    for unit in Self.row.utf16 { text.append(contentsOf: [UInt8(unit & 255), UInt8(unit >> 8)]) }
    #expect(try liver(text).cases.count == 1)
  }

  @Test(arguments: [
    ("1,2,3", "expected 7 cells, found 3"), (row + "\nx,92,45,27,31,0.0,1", "expected a number, found “x”"),
    (row + "\n85,92,45,27,31,0.0,7", "expected 1, 2, found “7”"),
    (row + "\n85,92,45,27,31,inf,1", "expected a number"),
    (row + "\n\"85,92", "never closed"),
  ])
  func `damaged rows are told with their line`(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    try Data(text.utf8).write(to: folder.url.appending(path: "bupa.data"))
    let log = DatasetLog()
    _ = try UCITables.liver.cases(in: DatasetFolderView(folder.url), log: log)
    let errors = log.problems.filter { $0.severity == .error }.map(\.problem.description)
    #expect(errors.contains { $0.contains(message) && $0.contains(/bupa\.data:\d/) }, "\(errors)")
  }

  @Test func `archives that wait to be unpacked are named`() throws {
    let folder = try TemporaryFolder()
    try Data("Rar!".utf8).write(to: folder.url.appending(path: "Parkinson_Multiple_Sound_Recording.rar"))
    let error = #expect(throws: DatasetError.self) { try Dataset(UCITables.speech, at: folder.url) }
    let text = error.map(\.description) ?? ""
    #expect(text.contains("unpack Parkinson_Multiple_Sound_Recording.rar first"))
  }
}
