import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct DICOMIdentityCheckTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// What must not be found again.
  private let secrets = [
    "Doe^Jane", "PAT-4711", "19700131", "Main Street 5", "Sunny Hospital", "a scar on the left", "ACC-99",
    "made by hand",
    "20240229",
  ]

  /// A CT image that tells all of them.
  private func telling(_ change: (inout DICOMDataSet) -> Void = { _ in }) throws -> URL {
    let source = try RawSeries.write(to: folder).appendingPathComponent("0.dcm")
    var data = try DICOMDataSet(contentsOf: source)
    data.set(DICOMTag(0x0010, 0x0010), "PN", secrets[0])
    data.set(DICOMTag(0x0010, 0x0020), "LO", secrets[1])
    data.set(DICOMTag(0x0010, 0x0030), "DA", secrets[2])
    data.set(DICOMTag(0x0010, 0x1040), "LO", secrets[3])
    data.set(DICOMTag(0x0008, 0x0080), "LO", secrets[4])
    data.set(DICOMTag(0x0010, 0x4000), "LT", secrets[5])
    data.set(DICOMTag(0x0008, 0x0050), "SH", secrets[6])
    data.set(DICOMTag(0x0008, 0x103e), "LO", secrets[7])
    data.set(DICOMTag(0x0008, 0x0020), "DA", secrets[8])
    data.set(DICOMTag(0x0009, 0x0010), "LO", "MAKER")
    data.set(DICOMTag(0x0009, 0x1001), "LO", secrets[0])
    data.set(DICOMTag(0x0010, 0x2180), "SH", "")
    var request = DICOMDataSet()
    request.set(DICOMTag(0x0032, 0x1032), "PN", "Ref^Doc")
    data.set(DICOMTag(0x0040, 0x0275), items: [request])
    data.set(DICOMTag(0x6000, 0x3000), shorts: 1, 2)
    change(&data)
    data[.pixelData] = DICOMElement(.pixelData, "OW", .bytes([UInt8](repeating: 1, count: 30)))
    let url = try folder.folder("telling").appendingPathComponent("0.dcm")
    try data.write(to: url)
    return url
  }

  @Test func identifyingElementsAreListed() throws {
    let check = try DICOMIdentityCheck(contentsOf: telling())
    func keywords(_ kind: DICOMIdentityCheck.Kind) -> [String?] {
      check.findings.filter { $0.kind == kind }.map(\.keyword)
    }
    #expect(keywords(.names) == ["PatientName", "RequestingPhysician"])
    #expect(keywords(.numbers) == ["AccessionNumber", "PatientID"])
    #expect(keywords(.dates) == ["StudyDate", "PatientBirthDate"])
    #expect(keywords(.places) == ["InstitutionName", "PatientAddress"])
    #expect(keywords(.texts) == ["SeriesDescription", "PatientComments"])
    #expect(check.findings.filter { $0.kind == .graphics }.map(\.tag) == ["(6000,3000)"])
    #expect(check.findings.filter { $0.kind == .privateElements }.map(\.tag) == ["(0009,1001)"])
    #expect(check.privateCreators == ["MAKER"] && check.isIdentifying)
    // Occupation is there, but empty.
    #expect(!check.findings.contains { $0.keyword == "Occupation" })
    // No value is told unless it is asked for.
    let words =
      check.lines.map(\.text).joined() + String(decoding: try JSONEncoder().encode(check), as: UTF8.self)
    #expect(secrets.allSatisfy { !words.contains($0) })
    let told = try DICOMIdentityCheck(contentsOf: telling(), withValues: true)
    #expect(told.findings.first { $0.keyword == "PatientName" }?.values == ["Doe^Jane"])
  }

  @Test func foldersAreOneCheck() throws {
    let series = try RawSeries.write(to: folder)
    let check = try DICOMIdentityCheck(contentsOf: series)
    #expect(check.files == 6)
    #expect(check.findings.first { $0.keyword == "SOPInstanceUID" }?.files == 6)
    #expect(!check.isIdentifying)
    #expect(throws: ImageError.self) { try DICOMIdentityCheck(contentsOf: folder.folder("empty")) }
  }

  @Test func whatFilesSayOfThemselves() throws {
    let clean = try DICOMIdentityCheck(
      contentsOf: telling { data in
        data.set(DICOMTag(0x0012, 0x0062), "CS", "YES")
        data.set(DICOMTag(0x0012, 0x0063), "LO", "by hand")
        data.set(DICOMTag(0x0028, 0x0301), "CS", "NO")
      })
    #expect(clean.identityRemoved == ["YES"] && clean.methods == ["by hand"] && clean.warnings.isEmpty)
    let ultrasound = try DICOMIdentityCheck(
      contentsOf: telling { $0.set(.sopClass, "UI", "1.2.840.10008.5.1.4.1.1.6.1") })
    #expect(ultrasound.warnings.count == 1 && ultrasound.warnings[0].contains("ultrasound"))
    let burned = try DICOMIdentityCheck(contentsOf: telling { $0.set(DICOMTag(0x0028, 0x0301), "CS", "YES") })
    #expect(burned.warnings.contains { $0.contains("burned") })
  }

  @Test func conversionCarriesNothingOver() throws {
    let image = try ImageFile.read(telling())
    for name in ["x.nii", "x.hdr", "x.mha", "x.nrrd", "x.mgh"] {
      let url = folder.file(name)
      try ImageFile.write(image, to: url)
      var bytes = try [UInt8](Data(contentsOf: url))
      if name == "x.hdr" { bytes += try [UInt8](Data(contentsOf: folder.file("x.img"))) }
      for secret in secrets + ["MAKER", "Ref^Doc", "1.2.3.1"] {
        #expect(bytes.places(of: Array(secret.utf8)).isEmpty, "\(secret) in \(name)")
      }
    }
    let header = try ImageFile.open(folder.file("x.nii")).header
    #expect(header.extensions.isEmpty)
    #expect(header.facts.allSatisfy { fact in secrets.allSatisfy { !fact.value.contains($0) } })
  }
}
