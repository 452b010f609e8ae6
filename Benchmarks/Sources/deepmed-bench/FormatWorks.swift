import DeepMedicine
import Foundation

/// Formats beside their usual readers and writers.
enum FormatWorks {
  static func run(_ folder: URL) throws {
    try makeInputs(folder)
    try measure("formats read nii.gz, one stream") {
      _ = try ScalarImage(contentsOf: folder.appending(path: "stream.nii.gz"))
    }
    for ending in ["nrrd", "mha"] {
      try measure("formats read \(ending), compressed") {
        _ = try ScalarImage(contentsOf: folder.appending(path: "head.\(ending)"))
      }
    }
    let image = try ImageFile.read(folder.appending(path: "head.nii"))
    let output = folder.appending(path: "written.nii.gz")
    try measure("formats write nii.gz") { try ImageFile.write(image, to: output) }
    let size = try output.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    emit(
      Measurement(
        work: "formats written size", unit: "MB", best: Double(size) / 1e6, median: Double(size) / 1e6,
        runs: 1))
    try FileManager.default.removeItem(at: output)
  }

  /// The head as others write it: one stream of gzip for all of the content.
  private static func makeInputs(_ folder: URL) throws {
    let head = folder.appending(path: "head.nii")
    let packed = folder.appending(path: "stream.nii.gz")
    let copy = folder.appending(path: "stream.nii")
    try? FileManager.default.removeItem(at: copy)
    try? FileManager.default.removeItem(at: packed)
    try FileManager.default.copyItem(at: head, to: copy)
    try spawn(URL(filePath: "/usr/bin/env"), ["gzip", "-6", copy.path])
    let image = try ImageFile.read(head)
    for ending in ["nrrd", "mha"] {
      try ImageFile.write(
        image, to: folder.appending(path: "head.\(ending)"), options: WriteOptions(compression: .balanced))
    }
  }
}
