public import ArgumentParser
import Foundation
import MedImage
import MedRecord
import MedVoxel

extension Deepmed.Image {
  /// Two images, in value and geometry.
  public struct Diff: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Compare two images in value and geometry.",
      discussion: """
        The formats may differ; real values are compared. Stored types and scalings are told, but make no \
        difference on their own. Exits with 0 when the images agree within the tolerances, with 1 otherwise.
        """)

    @Argument(help: "An image file, or a folder of DICOM slices.", completion: .file(), transform: filePath)
    public var first: String

    @Argument(help: "The image to compare it with.", completion: .file(), transform: filePath)
    public var second: String

    @Option(help: "How far apart values may be, in intensity units.")
    public var tolerance = 0.0

    @Option(help: "How far apart values may be besides, in parts of the second image's value.")
    public var relative = 0.0

    @Option(help: "How far apart the grids' corners may lie, in millimeters.")
    public var millimeters = 0.001

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func validate() throws {
      for value in [tolerance, relative, millimeters] where !(value >= 0) {
        throw ValidationError("tolerances are 0 or more, found \(value)")
      }
    }

    public func run() throws {
      let images = try [first, second].map { path throws(ImageError) in
        try ImageFile.read(URL(fileURLWithPath: path))
      }
      let difference = ImageDifference(
        images[0], images[1],
        tolerance: .init(absolute: tolerance, relative: relative, millimeters: millimeters))
      if json {
        print(String(decoding: try JSONEncoder.records.encode(difference), as: UTF8.self))
      } else {
        print(text(difference))
      }
      if !difference.isNone { throw ExitCode(1) }
    }

    private func text(_ difference: ImageDifference) -> String {
      var lines: [String] = []
      if let shape = difference.shape { lines.append("shape      \(shape)") }
      if let geometry = difference.geometry { lines.append("geometry   \(geometry)") }
      if let placement = difference.placement { lines.append("geometry   \(placement)") }
      if let storage = difference.storage { lines.append("stored as  \(storage)") }
      if let values = difference.values {
        lines.append("values     \(values.different) of \(values.compared) differ")
        if values.largest > 0 {
          lines.append(
            "           largest distance \(rounded(values.largest)) (\(values.first) and \(values.second)) at "
              + "voxel (\(values.place.prefix(3).map(String.init).joined(separator: ", "))), channel "
              + "\(values.place.last ?? 0); mean \(rounded(values.meanDistance))")
        }
      }
      lines.append(difference.isNone ? "the images agree" : "the images differ")
      return lines.joined(separator: "\n")
    }
  }
}
