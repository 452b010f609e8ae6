public import ArgumentParser
import Foundation
import MedImage
public import MedVoxel

extension Deepmed.Image {
  /// Any readable image, or a part of it, to any written format.
  public struct Convert: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Write an image in another format; stored values and their type are kept.",
      discussion: """
        Without --data-type nothing is rounded: an int16 scan stays int16 with its scaling. With an integer \
        type, whole values that fit are kept, others are scaled to the type's range.

        The output's name chooses the format. Formats without a scaling get the real values. What the format has \
        no place for is told; nothing that identifies a patient is taken over from DICOM.

        Contours and points become label maps on the grid of a --reference, and label maps become outlines where the \
        output is \(AnnotationFile.writtenSuffixes.joined(separator: ", ")).

        DICOM segmentations and structure sets become label maps, on the voxels of --reference where it is given, \
        and label maps become such objects with --as.
        """)

    @OptionGroup public var source: Source

    @Argument(
      help: "The file to write; its end is one of \(ImageFile.writtenSuffixes.joined(separator: ", ")).",
      completion: .file(),
      transform: filePath)
    public var output: String

    @OptionGroup public var part: Part

    @OptionGroup public var reference: Reference

    @OptionGroup(title: "DICOM objects") public var objects: Objects

    @Option(
      help: """
        uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32 or float64; smallest: the smallest one that \
        holds the values exactly.
        """)
    public var dataType: DataType?

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

    public enum DataType: ExpressibleByArgument, Sendable {
      case smallest
      case type(VoxelType)

      public init?(argument: String) {
        if argument == "smallest" {
          self = .smallest
        } else if let type = VoxelType(rawValue: argument) {
          self = .type(type)
        } else {
          return nil
        }
      }
    }

    @OptionGroup(title: "Contours and points") public var drawing: Drawing

    public init() {}

    public func run() throws {
      let target = URL(fileURLWithPath: output)
      if AnnotationFile.recognizes(source.url) {
        return try drawing.convert(source.url, to: target, on: reference, level: compression.level)
      }
      if AnnotationFile.writer(for: target) != nil { return try drawing.outline(source.open(), to: target) }
      if let kind = objects.kind {
        let map = try source.open().labelMap()
        return print("\(output): \(try objects.write(map, as: kind, on: reference, to: target))")
      }
      var reading = source.options
      reading.reference = try reference.grid()
      let image = try ImageFile.open(source.url, options: reading)
      var stored = try part.stored(image)
      var options = WriteOptions(compression: compression.level)
      switch dataType {
      case .smallest: stored = try stored.inSmallestType()
      case .type(let type): options.type = type
      case nil: break
      }
      try ImageFile.write(stored, to: target, options: options)
      // What stands in the file may be another type than the one asked for: the format has the last word.
      let written = try ImageFile.open(target).header
      let size = written.shape.map(String.init).joined(separator: "×")
      print("\(output): \(size) voxels of \(written.type.rawValue)")
      for note in image.header.notes + ImageFile.losses(of: stored.header, writing: target) {
        print("note: \(note)")
      }
    }
  }
}

extension VoxelType: ExpressibleByArgument {}
