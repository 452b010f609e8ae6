public import ArgumentParser
import Foundation
public import MedImage
import MedVoxel

extension Deepmed.Image {
  /// How contours and points become label maps, and the other way around.
  public struct Drawing: ParsableArguments {
    @Option(help: "What is inside of outlines that cross themselves: even-odd or non-zero.")
    public var fill: Fill = .evenOdd

    @Option(help: "Pixels whose centers lie on an outline: in or out; as the format's owners say by default.")
    public var onOutline: Side?

    @Option(help: "The object that a pixel in several gets: last, first or largest (class number).")
    public var overlap: OverlapRule = .last

    @Option(
      help: "How far from a slice a contour in millimeters may lie; any: it is filled on the nearest slice.")
    public var tolerance: Tolerance = .millimeters(0.1)

    @Option(help: "Where whole pixel coordinates lie: centers or corners; as the format has it by default.")
    public var pixels: CoordinateFrame.PixelAnchor?

    @Option(help: "The radius of the balls around points, in millimeters.")
    public var radius: Double?

    @Option(help: "Outlines of label maps run along pixel-edges, or between centers: midpoints.")
    public var outlines: Style = .pixelEdges

    public enum Fill: String, CaseIterable, ExpressibleByArgument, Sendable {
      case evenOdd = "even-odd"
      case nonZero = "non-zero"
    }

    public enum Side: String, CaseIterable, ExpressibleByArgument, Sendable { case `in`, out }

    public enum Style: String, CaseIterable, ExpressibleByArgument, Sendable {
      case pixelEdges = "pixel-edges"
      case midpoints
    }

    public enum Tolerance: ExpressibleByArgument, Sendable {
      case any
      case millimeters(Double)

      public init?(argument: String) {
        if argument == "any" {
          self = .any
        } else if let value = Double(argument), value.isFinite, value >= 0 {
          self = .millimeters(value)
        } else {
          return nil
        }
      }

      public var defaultValueDescription: String {
        switch self {
        case .any: "any"
        case .millimeters(let value): "\(value)"
        }
      }
    }

    public init() {}

    /// Writes annotations as a label map, or in another annotation format.
    func convert(
      _ file: URL, to output: URL, on reference: Reference, level: GzipWriter.Level
    ) throws {
      var annotations = try AnnotationFile.open(file, anchor: pixels)
      var options = FillOptions(
        rule: fill == .evenOdd ? .evenOdd : .nonZero, outline: annotations.outlineRule, overlap: overlap)
      if let onOutline { options.outline = onOutline == .in ? .insideOrOn : .inside }
      if case .millimeters(let distance) = tolerance {
        options.plane = .within(millimeters: distance)
      } else {
        options.plane = .nearest
      }
      let grid = try reference.grid()
      options.slices = try reference.slices()
      if let writer = AnnotationFile.writer(for: output) {
        if let grid {
          let target: CoordinateFrame =
            writer.holdsMillimeters
            ? .world : annotations.frame == .world ? .pixels(.centers) : annotations.frame
          annotations = try annotations.converted(to: target, on: grid, options: options)
        }
        try AnnotationFile.write(annotations, to: output)
        print("\(output.relativePath): \(AnnotationSummary(path: output.relativePath, annotations).counts)")
        for loss in writer.losses(of: annotations) { print("note: \(writer.name) has no place for \(loss)") }
      } else {
        guard let grid else {
          throw ImageError(
            "expected an image whose grid the annotations belong to", remedy: "name it with --reference",
            cause: .usage)
        }
        let result = try rasterize(annotations, grid, options)
        try result.labels.write(to: output, options: WriteOptions(compression: level))
        print("\(output.relativePath): \(describe(grid.size)) voxels")
        report(result)
      }
      for note in annotations.notes { print("note: \(note)") }
    }

    private func rasterize(
      _ annotations: Annotations, _ grid: Grid, _ options: FillOptions
    ) throws(ImageError) -> Rasterization {
      let contours = annotations.contourSet()
      guard let radius else {
        guard !contours.contours.isEmpty || annotations.points.isEmpty else {
          throw ImageError(
            "the file holds \(annotations.points.count) points and no contours",
            remedy: "give the --radius of a ball around each", cause: .usage)
        }
        var result = try contours.labelMap(on: grid, options: options)
        if !annotations.points.isEmpty {
          result.notes.append("\(annotations.points.count) points are left out without a --radius")
        }
        return result
      }
      // One numbering for both, and balls over contours.
      let labels = contours.contours.map(\.label) + annotations.points.map(\.label)
      let classes = contours.classes + Set(labels).sorted().map { AnnotationClass($0) }
      var (both, points) = (contours, annotations.pointSet)
      (both.classes, points.classes) = (classes, classes)
      var result = try both.labelMap(on: grid, options: options)
      let balls = try points.labelMap(on: grid, radius: radius, options: options)
      result.labels.voxels.withUnsafeMutableBuffer { target in
        balls.labels.voxels.withUnsafeBuffer { source in
          for index in source.indices where source[index] != 0 { target[index] = source[index] }
        }
      }
      return result
    }

    private func report(_ result: Rasterization) {
      var counts = [Int](repeating: 0, count: 65536)
      result.labels.voxels.withUnsafeBuffer { for label in $0 { counts[Int(label)] += 1 } }
      for item in result.classes {
        print(
          "  \(item.number)  \(item.name.isEmpty ? "(no class)" : item.name): \(counts[Int(item.number)]) voxels"
        )
      }
      for note in result.notes { print("note: \(note)") }
    }

    /// Writes the outlines of a label map.
    func outline(_ image: OpenImage, to output: URL) throws {
      let map = try image.labelMap()
      let contours = map.contours(outlines == .pixelEdges ? .pixelEdges : .midpoints)
      var annotations = Annotations(format: "outlines", frame: contours.frame)
      (annotations.contours, annotations.classes) = (contours.contours, contours.classes)
      if map.size.z == 1 {
        for index in annotations.contours.indices { annotations.contours[index].slice = nil }
      }
      if let writer = AnnotationFile.writer(for: output) {
        if writer.holdsMillimeters { annotations = try annotations.converted(to: .world, on: map.grid) }
        try AnnotationFile.write(annotations, to: output)
        for loss in writer.losses(of: annotations) { print("note: \(writer.name) has no place for \(loss)") }
      }
      print("\(output.relativePath): \(AnnotationSummary(path: output.relativePath, annotations).counts)")
    }
  }
}

extension OverlapRule: ExpressibleByArgument {}
extension CoordinateFrame.PixelAnchor: ExpressibleByArgument {}
