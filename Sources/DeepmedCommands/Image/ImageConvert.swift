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

      let target = URL(fileURLWithPath: output)
      if AnnotationFile.recognizes(source.url) {
        return try drawing.convert(source.url, to: target, series: source.series, level: compression.level)
      }
      if AnnotationFile.writer(for: target) != nil { return try drawing.outline(source.open(), to: target) }
      if try objects.isAsked(drawing.reference) {
        let map = try source.open().labelMap()
        print(
          "\(output): "
            + (try objects.write(map, on: drawing.reference, series: source.series, to: target)))
        return
      }
      var reading = source.options
      if let reference = drawing.reference {
        // --series is the reference's: objects lie in single files.
        let place = URL(fileURLWithPath: reference)
        reading.reference = try ImageFile.open(place, options: ReadOptions(series: source.series)).header.grid
      }
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
