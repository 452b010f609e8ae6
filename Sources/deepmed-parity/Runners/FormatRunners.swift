import DeepMedicine
import Foundation
import MedCheckpoint
import MedImage
import MedVoxel

/// Readers of real files. A case names a file (or a DICOM series in a folder) below the data folder and what
/// the reference readers find in it.
enum FormatRunners: CaseRunners {
  static let family = "formats"
  static let classes: [String: Runner] = [
    "NIfTI": file, "MGH": file, "DICOM-file": dicom, "DICOM-without-pixels": file, "DICOM-series": series,
    "MetaImage": file, "NRRD": nrrd, "Analyze": file,
    "AFNI": file, "PAR-REC": file, "ECAT": file, "MINC": file,
  ]

  static func file(_ test: Case) throws -> [Output] {
    try FormatCase(test).check(ImageFile.open(url(test)))
    return []
  }

  static func dicom(_ test: Case) throws -> [Output] {
    // What GDCM 3.0 has no decoder for, or a wrong one.
    let header = test.fields["header"]
    let syntax = header?["TransferSyntaxUID"]?.string ?? ""
    let bits = header?["BitsAllocated"]?.int ?? 0
    if syntax.hasPrefix("1.2.840.10008.1.2.4.20") { throw Unsupported("transfer syntax \(syntax) (HTJ2K)") }
    if bits == 1 { throw Unsupported("pixels of 1 bit") }
    if bits >= 32, header?["BitsStored"]?.int == nil { throw Unsupported("Float Pixel Data") }
    if syntax == "1.2.840.10008.1.2.5", bits > 8, header?["SamplesPerPixel"]?.int == 3 {
      throw Unsupported("RLE colors of \(bits) bits")
    }
    if syntax == "1.2.840.10008.1.2.2", bits > 16 { throw Unsupported("big-endian pixels of \(bits) bits") }
    if header?["Modality"]?.string == "RTDOSE", test.fields["shape"]?.array?.count == 2 {
      throw Unsupported("dose grids of one frame")
    }
    if header?["PhotometricInterpretation"]?.string == "PALETTE COLOR",
      test.fields["order"]?.string?.hasSuffix("sample") == true
    {
      throw Unsupported("palettes applied")
    }
    return try file(test)
  }

  static func nrrd(_ test: Case) throws -> [Output] {
    // One file is longer than its header says; the case's remark calls refusing it right.
    let remark = test.fields["remark"]?.string ?? ""
    guard remark.contains("to refuse it is better") else { return try file(test) }
    do {
      _ = try ImageFile.open(url(test)).stored()
    } catch is ImageError {
      return []
    }
    throw Mismatch("expected an error, found an image")
  }

  /// The series is found by its UID and its files' names: a folder may hold several parts of one.
  static func series(_ test: Case) throws -> [Output] {
    let names = Set((test.fields["files"]?.array ?? []).compactMap(\.string))
    let all = try DICOM.series(in: url(test))
    let wanted = test.fields["series"]?.string
    let found = all.first { $0.uid == wanted && Set($0.files.map(\.lastPathComponent)) == names }
    guard let found else {
      let parts = all.filter { $0.uid == wanted }.map { "\($0.files.count) files" }
      throw Mismatch("no series of these \(names.count) files; parts found: \(parts)")
    }
    try FormatCase(test).check(DICOM.open(found))
    return []
  }

  private static func url(_ test: Case) throws -> URL {
    guard let data = test.dataFolder else { throw Unsupported("case without a data folder (--data DIR)") }
    guard let path = test.fields["file"]?.string else { throw Unsupported("case without a file") }
    return data.appendingPathComponent(path)
  }
}
