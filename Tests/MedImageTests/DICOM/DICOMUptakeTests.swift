import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct DICOMUptakeTests {
  private struct Scan {
    var units = "BQML"
    var correction: String? = "START"
    var weight: Double? = 70
    var injection = "100000"
    var series = "110000"
    var corrected = "DECY\\ATTN"
    var philips: Double?

    var bytes: DICOMBytes {
      var data = DICOMBytes()
      data.text(0x0008_0021, "DA", "20200102")
      data.text(0x0008_0022, "DA", "20200102")
      data.text(0x0008_0031, "TM", series)
      data.text(0x0008_0032, "TM", "110000")
      data.text(0x0008_0060, "CS", "PT")
      if let weight { data.decimals(0x0010_1030, weight) }
      data.image(1, 1)
      data.text(0x0028_0051, "CS", corrected)
      data.decimals(0x0028_1053, 2)
      let start = injection
      data.sequence(
        0x0054_0016,
        [
          {
            $0.text(0x0018_1072, "TM", start)
            $0.decimals(0x0018_1074, 4e8)
            $0.decimals(0x0018_1075, 3600)
          }
        ])
      data.text(0x0054_1001, "CS", units)
      if let correction { data.text(0x0054_1102, "CS", correction) }
      if let philips {
        data.text(0x7053_0010, "LO", "Philips PET Private Group")
        data.decimals(0x7053_1000, philips)
      }
      data.pixels([100, 0])
      return data
    }

    func value() throws -> Float {
      let options = ReadOptions(dicom: DICOMOptions(convertsToSUV: true))
      let source = try FileSource(memory: bytes.file, name: "pet.dcm")
      return try ImageFile.open(source, options: options).scalarImage().voxels[0, 0, 0, 0]
    }
  }

  @Test func bodyWeight() throws {
    // An hour is one half-life: 2e8 Bq are left; 200 Bq/ml · 70,000 g / 2e8 Bq.
    #expect(abs(try Scan().value() - 0.07) < 1e-7)
    // Corrected to the injection, the dose counts as it was given.
    #expect(abs(try Scan(correction: "ADMIN").value() - 0.035) < 1e-7)
    // Injected before midnight of the day before.
    #expect(try Scan(injection: "105959").value() > 0.035)
    #expect(try Scan(units: "GML").value() == 200)
    #expect(try Scan(units: "CNTS", philips: 0.5).value() == 100)
  }

  @Test func refusals() {
    for (scan, word) in [
      (Scan(units: "CNTS"), "counts"), (Scan(units: "CM2ML"), "Units"),
      (Scan(correction: nil), "DecayCorrection"),
      (Scan(weight: nil), "PatientWeight"), (Scan(series: "120000"), "later"),
      (Scan(corrected: "DECY"), "ATTN"),
      (Scan(injection: "110001"), "half-life"),
    ] {
      let error = #expect(throws: ImageError.self) { try scan.value() }
      #expect(error?.description.contains(word) == true, "\(word): \(error?.description ?? "")")
    }
  }
}
