import Foundation
import MedTestSupport
import Testing

@testable import MedImage

@Suite struct DICOMDataSetTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private var sample: DICOMDataSet {
    var inner = DICOMDataSet()
    inner.set(.codeValue, "SH", "1")
    inner.set(.codeMeaning, "LO", "Überblick")
    var data = DICOMDataSet()
    data.set(.sopClass, "UI", "1.2.3")
    data.set(.sopInstance, "UI", "1.2.3.4")
    data.set(DICOMTag(0x0008, 0x0005), "CS", "ISO_IR 192")
    data.set(DICOMTag(0x0010, 0x0010), "PN", "Müller^Åsa")
    data.set(.rows, shorts: 7)
    data.set(.pixelSpacing, decimals: [0.1, 1.0 / 3])
    data.set(.sharedGroups, items: [inner, DICOMDataSet()])
    data.set(DICOMTag(0x0008, 0x0008), "CS", "DERIVED", "PRIMARY")
    return data
  }

  @Test func writtenIsReadBack() throws {
    let url = folder.file("x.dcm")
    try sample.write(to: url)
    let data = try DICOMDataSet(contentsOf: url)
    #expect(data.text(DICOMTag(0x0010, 0x0010)) == "Müller^Åsa")
    #expect(data.integer(.rows) == 7)
    #expect(data.texts(DICOMTag(0x0008, 0x0008)) == ["DERIVED", "PRIMARY"])
    #expect(data.numbers(.pixelSpacing)[0] == 0.1)
    #expect(abs(data.numbers(.pixelSpacing)[1] - 1.0 / 3) < 1e-13)
    #expect(data.items(.sharedGroups).count == 2)
    #expect(data.items(.sharedGroups)[0].text(.codeMeaning) == "Überblick")
    #expect(data.text(.transferSyntax) == "1.2.840.10008.1.2.1")
    var paths: [String] = []
    data.forEachElement { path, element in
      if !path.isEmpty { paths.append("\(path[0]) \(element.tag)") }
    }
    #expect(paths == ["(5200,9229) (0008,0100)", "(5200,9229) (0008,0104)"])
  }

  @Test func elementsAreFoundAndReplaced() {
    var data = sample
    #expect(data[.rows]?.representation == "US")
    data.set(.rows, shorts: 9)
    #expect(data.integer(.rows) == 9)
    data[.rows] = nil
    #expect(data[.rows] == nil && data.number(.rows) == nil)
    #expect(data.elements.map(\.tag) == data.elements.map(\.tag).sorted())
  }

  @Test func tagsHaveNames() {
    #expect(DICOMTag(0x0010, 0x0010).keyword == "PatientName")
    #expect(DICOMTag(0x0010, 0x0010).representation == "PN")
    #expect(DICOMTag(0x0009, 0x0010).keyword == nil)
    #expect(DICOMTag(0x7fe0, 0x0010).description == "(7FE0,0010)")
  }

  @Test func decimalsKeepWhatSixteenBytesHold() {
    for value in [0, 1, -1, 0.1, 1.0 / 3, -123456.789, 1e-7, 1.234e20, -0.000_012_345_678_9] {
      let text = DICOMDataSet.decimal(value)
      #expect(text.utf8.count <= 16)
      #expect(abs((Double(text) ?? .nan) - value) <= abs(value) * 1e-9, "\(value) as \(text)")
    }
  }

  @Test func identifiersAreValid() {
    let made = DICOMIdentifier.make(from: ["a", "b"])
    #expect(made == DICOMIdentifier.make(from: ["a", "b"]))
    #expect(made != DICOMIdentifier.make(from: ["ab"]))
    for uid in [made, DICOMIdentifier.random()] {
      #expect(uid.hasPrefix("2.25.") && uid.utf8.count <= 64)
      #expect(uid.dropFirst(5).allSatisfy { $0.isNumber })
    }
  }

  @Test func longValuesLeaveRepresentationsOut() throws {
    var data = sample
    data.set(DICOMTag(0x0010, 0x4000), "LT", String(repeating: "x", count: 70_000))
    let url = folder.file("long.dcm")
    try data.write(to: url)
    let copy = try DICOMDataSet(contentsOf: url)
    #expect(copy.text(.transferSyntax) == "1.2.840.10008.1.2")
    #expect(copy.text(DICOMTag(0x0010, 0x4000))?.count == 70_000)
    // The dictionary knows what they are.
    #expect(copy.integer(.rows) == 7 && copy.items(.sharedGroups).count == 2)
    #expect(throws: ImageError.self) { try DICOMDataSet().encoded(at: "x") }
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    let whole = try sample.encoded(at: "x")
    for count in stride(from: 0, to: whole.count, by: 7) {
      let url = try folder.file("cut.dcm", containing: Array(whole.prefix(count)))
      _ = try? DICOMDataSet(contentsOf: url)
    }
    for place in 132..<whole.count {
      var bytes = whole
      bytes[place] ^= 0xff
      let url = try folder.file("bad.dcm", containing: bytes)
      _ = try? DICOMDataSet(contentsOf: url)
    }
  }
}
