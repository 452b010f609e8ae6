public import ArgumentParser
import Foundation
import MedImage

extension Deepmed {
  /// Everything about single images.
  public struct Image: ParsableCommand {
    public static let configuration = CommandConfiguration(
      commandName: "image", abstract: "Look at images and convert them.",
      discussion: "An image is a NIfTI, MGH or DICOM file, or a folder of DICOM slices.",
      subcommands: [Info.self, Convert.self, View.self])

    public init() {}

    /// Which image of a folder is meant.
    public struct Source: ParsableArguments {
      @Argument(help: "An image file, or a folder of DICOM slices.", completion: .file(), transform: filePath)
      public var input: String

      @Option(help: "The SeriesInstanceUID to read where a folder holds several series.")
      public var series: String?

      public init() {}

      var url: URL { URL(fileURLWithPath: input) }

      func open() throws(ImageError) -> OpenImage {
        try ImageFile.open(url, options: ReadOptions(series: series))
      }
    }
  }
}
