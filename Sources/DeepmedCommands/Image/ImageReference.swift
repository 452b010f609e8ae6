public import ArgumentParser
import Foundation
import MedImage
import MedVoxel

extension Deepmed.Image {
  /// The image that contours, points or segments lie on.
  public struct Reference: ParsableArguments {
    @Option(
      help: "The image that contours, points or segments lie on: a file, or a folder of DICOM slices.",
      completion: .file(), transform: filePath)
    public var reference: String?

    @Option(help: "The SeriesInstanceUID of the reference, where its folder holds several series.")
    public var referenceSeries: String?

    public init() {}

    var url: URL? { reference.map { URL(fileURLWithPath: $0) } }

    /// Its grid, where one is named.
    func grid() throws(ImageError) -> Grid? {
      guard let url else { return nil }
      return try ImageFile.open(url, options: ReadOptions(series: referenceSeries)).header.grid
    }

    /// Where slices of a name lie along the third axis: by SOPInstanceUID, file name, and the number at its end.
    func slices() throws(ImageError) -> [String: Int] {
      var isFolder: ObjCBool = false
      guard let url, FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
        isFolder.boolValue,
        let series = try DICOM.series(in: url).first(where: {
          referenceSeries == nil || $0.uid == referenceSeries
        })
      else { return [:] }
      var slices: [String: Int] = [:]
      for slice in try series.slices() {
        let stem = slice.file.deletingPathExtension().lastPathComponent
        let number = String(stem.reversed().prefix { $0.isNumber }.reversed())
        for name in [slice.identity, stem, number] where !name.isEmpty { slices[name] = slice.k }
      }
      return slices
    }
  }
}
