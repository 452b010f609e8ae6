public import ArgumentParser
import Foundation
import MedImage

extension Deepmed {
  /// Everything about single images.
  public struct Image: ParsableCommand {
    public static let configuration = CommandConfiguration(
      commandName: "image", abstract: "Look at images, convert, compare and check them.",
      discussion: "An image is a NIfTI, MGH or DICOM file, or a folder of DICOM slices.",
      subcommands: [Info.self, Convert.self, View.self, Diff.self, Validate.self])

    public init() {}

    /// Which image of a folder is meant.
    public struct Source: ParsableArguments {
      @Argument(help: "An image file, or a folder of DICOM slices.", completion: .file(), transform: filePath)
      public var input: String

      @Option(help: "The SeriesInstanceUID to read where a folder holds several series.")
      public var series: String?

      @Option(
        help:
          "The page of a TIFF, or the frame of an animation or video, from 0; all that are alike by default.")
      public var page: Int?

      @Option(help: "The level of a whole slide, from 0, the finest.")
      public var level: Int?

      @Option(
        help:
          "The array to read of a MATLAB, HDF5 or .npz file that holds several, such as img or data.image.")
      public var variable: String?

      @Flag(help: "Read the whole volumes of a PAR/REC recording that was cut off.")
      public var permitTruncated = false

      @Flag(help: "Take Siemens mosaics apart: their tiles are the slices of a volume.")
      public var splitMosaics = false

      @Flag(help: "Show the colors that the values of a DICOM palette image stand for.")
      public var applyPalette = false

      @Flag(help: "Rescale PET images in DICOM to standardized uptake values by body weight.")
      public var suv = false

      public init() {}

      public func validate() throws {
        for (name, value) in [("--page", page), ("--level", level)] where value ?? 0 < 0 {
          throw ValidationError("\(name) counts from 0")
        }
      }

      var options: ReadOptions {
        ReadOptions(
          series: series, page: page, level: level, variable: variable, permitsTruncated: permitTruncated,
          dicom: DICOMOptions(
            splitsMosaics: splitMosaics, appliesPalettes: applyPalette, convertsToSUV: suv))
      }

      var url: URL { URL(fileURLWithPath: input) }

      func open() throws(ImageError) -> OpenImage {
        try ImageFile.open(url, options: options)
      }
    }
  }
}
