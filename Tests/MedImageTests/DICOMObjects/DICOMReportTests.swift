import Foundation
import MedTestSupport
import Testing

@testable import MedImage

@Suite struct DICOMReportTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func item(
    _ type: String, _ concept: DICOMCode, _ relationship: String = "CONTAINS", items: [DICOMDataSet] = [],
    _ change: (inout DICOMDataSet) -> Void = { _ in }
  ) -> DICOMDataSet {
    var item = DICOMDataSet()
    item.set(DICOMTag(0x0040, 0xa010), "CS", relationship)
    item.set(DICOMTag(0x0040, 0xa040), "CS", type)
    item.set(DICOMTag(0x0040, 0xa043), items: [concept.item])
    if !items.isEmpty { item.set(DICOMTag(0x0040, 0xa730), items: items) }
    change(&item)
    return item
  }

  private func number(_ name: DICOMCode, _ text: String, _ unit: String, items: [DICOMDataSet] = [])
    -> DICOMDataSet
  {
    item("NUM", name, items: items) { item in
      var value = DICOMDataSet()
      value.set(DICOMTag(0x0040, 0xa30a), "DS", text)
      value.set(DICOMTag(0x0040, 0x08ea), items: [DICOMCode(unit, "UCUM", unit).item])
      item.set(DICOMTag(0x0040, 0xa300), items: text.isEmpty ? [] : [value])
      if text.isEmpty {
        item.set(DICOMTag(0x0040, 0xa301), items: [DICOMCode("114006", "DCM", "Measurement failure").item])
      }
    }
  }

  private func code(_ name: DICOMCode, _ value: DICOMCode) -> DICOMDataSet {
    item("CODE", name) { $0.set(DICOMTag(0x0040, 0xa168), items: [value.item]) }
  }

  private func report() throws -> URL {
    let volume = DICOMCode("118565006", "SCT", "Volume")
    let group = item(
      "CONTAINER", DICOMCode("125007", "DCM", "Measurement Group"),
      items: [
        item("TEXT", DICOMCode("112039", "DCM", "Tracking Identifier"), "HAS OBS CONTEXT") {
          $0.set(DICOMTag(0x0040, 0xa160), "UT", "Lesion 1")
        },
        code(DICOMCode("121071", "DCM", "Finding"), DICOMCode("4147007", "SCT", "Mass")),
        code(DICOMCode("363698007", "SCT", "Finding Site"), DICOMCode("10200004", "SCT", "Liver")),
        item("IMAGE", DICOMCode("121191", "DCM", "Referenced Segment")) { item in
          var reference = DICOMDataSet()
          reference.set(.referencedClass, "UI", DICOMSegmentation.storageClass)
          reference.set(.referencedInstance, "UI", "1.2.3")
          reference.set(DICOMTag(0x0062, 0x000b), shorts: 2)
          item.set(DICOMTag(0x0008, 0x1199), items: [reference])
        },
        number(
          volume, "1234.5", "mm3",
          items: [code(DICOMCode("121401", "DCM", "Derivation"), DICOMCode("373098007", "SCT", "Mean"))]),
        number(DICOMCode("81827009", "SCT", "Diameter"), "", "mm"),
        code(DICOMCode("Q", "99X", "Margin"), DICOMCode("A", "99X", "Smooth")),
      ])
    var data = item(
      "CONTAINER", DICOMCode("126000", "DCM", "Imaging Measurement Report"),
      items: [
        item("CONTAINER", DICOMCode("126010", "DCM", "Imaging Measurements"), items: [group]),
        number(volume, "7", "ml"),
      ])
    data.set(.sopClass, "UI", "1.2.840.10008.5.1.4.1.1.88.33")
    data.set(.sopInstance, "UI", "1.2.3.4")
    data.set(DICOMTag(0x0040, 0xa491), "CS", "COMPLETE")
    let url = folder.file("sr.dcm")
    try data.write(to: url)
    return url
  }

  @Test func measurementsAreRead() throws {
    let report = try DICOMReport(contentsOf: report())
    #expect(report.title?.meaning == "Imaging Measurement Report" && report.completion == "COMPLETE")
    #expect(report.measurements.map(\.description) == ["Volume = 7 ml"])
    let group = try #require(report.groups.first)
    #expect(report.groups.count == 1)
    #expect(
      group.description
        == "Lesion 1: Mass in Liver; Volume (Mean) = 1234.5 mm3, Diameter = none: Measurement failure, "
        + "Margin = Smooth")
    #expect(group.measurements[0].value == 1234.5 && group.measurements[1].value == nil)
    #expect(
      group.references == [
        .init(sopClass: DICOMSegmentation.storageClass, instance: "1.2.3", frames: [], segments: [2])
      ])
    let copy = try JSONDecoder().decode(DICOMReport.self, from: JSONEncoder().encode(report))
    #expect(copy == report)
  }

  @Test func reportsAreObjectsAndNoImages() throws {
    let url = try report()
    let object = try #require(try DICOMObject.open(url))
    #expect(object.facts.contains { $0.name == "finding" && $0.value.hasPrefix("Lesion 1") })
    #expect(throws: ImageError.self) { try ImageFile.open(url) }
    #expect(throws: ImageError.self) {
      try DICOMReport(contentsOf: RawSeries.write(to: folder).appendingPathComponent("0.dcm"))
    }
    #expect(try DICOMObject.open(folder.url) == nil)
  }
}
