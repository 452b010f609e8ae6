public import ArgumentParser
import Foundation
import MedImage
public import MedVoxel

extension Deepmed.Image {
  /// Any readable image to NIfTI, MetaImage, NRRD or NumPy.
  public struct Convert: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Write an image in another format; stored values and their type are kept.",
      discussion: """
        Without --data-type nothing is rounded: an int16 scan stays int16 with its scaling. With an integer \
        type, whole values that fit are kept, others are scaled to the type's range.

        The output's name chooses the format. Formats without a scaling get the real values.
        """)

    @OptionGroup public var source: Source

    @Argument(
      help: "The file to write: .nii, .nii.gz, .hdr, .img, .mha, .nrrd or .npy.", completion: .file(),
      transform: filePath)
    public var output: String

    @Option(help: "uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32 or float64.")
    public var dataType: VoxelType?

    @Option(help: "none, fast, balanced or small.")
    public var compression: Compression = .fast

    public enum Compression: String, CaseIterable, ExpressibleByArgument, Sendable {
      case none, fast, balanced, small

      var level: GzipWriter.Level {
        switch self {
        case .none: .none
        case .fast: .fast
        case .balanced: .balanced
        case .small: .small
        }
      }
    }

    public init() {}

    public func run() throws {
      let image = try source.open()
      let stored = try image.stored()
      try ImageFile.write(
        stored, to: URL(fileURLWithPath: output),
        options: WriteOptions(type: dataType, compression: compression.level))
      let size = image.header.shape.map(String.init).joined(separator: "×")
      print("\(output): \(size) voxels of \((dataType ?? image.header.type).rawValue)")
      for note in image.header.notes { print("note: \(note)") }
      if output.lowercased().hasSuffix(".npy") { print("note: NumPy files have no geometry; it is lost") }
    }
  }
}

extension VoxelType: ExpressibleByArgument {}
