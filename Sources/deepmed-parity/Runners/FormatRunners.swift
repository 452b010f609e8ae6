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
    "MetaImage": file, "NRRD": nrrd, "Analyze": file, "BMP": picture, "GIF": picture, "JPEG": picture,
    "JPEG-2000": picture, "PNG": picture, "WebP": picture, "PNM": picture, "TIFF": picture,
    "AFNI": file, "PAR-REC": file, "ECAT": file, "MINC": file,
  ]

  static func file(_ test: Case) throws -> [Output] {
    try FormatCase(test).check(ImageFile.open(url(test)))
    return []
  }

  static func picture(_ test: Case) throws -> [Output] {
    try FormatPictureCase(test).check(url(test))
    return []
  }

  /// Palettes are applied where the reference did so.
  static func dicom(_ test: Case) throws -> [Output] {
    let isColored = test.fields["order"]?.string?.hasSuffix("sample") == true
    let isPalette = test.fields["header"]?["PhotometricInterpretation"]?.string == "PALETTE COLOR"
    let options = ReadOptions(dicom: DICOMOptions(appliesPalettes: isColored && isPalette))
    try FormatCase(test).check(ImageFile.open(url(test), options: options))
    return []
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
