public import ArgumentParser
import Foundation
import MedImage
import MedVoxel

extension Deepmed.Image {
  /// DICOM objects that lie on a series: segmentations and structure sets.
  public struct Objects: ParsableArguments {
    public enum Kind: String, CaseIterable, ExpressibleByArgument, Sendable {
      case seg
      case segFractional = "seg-fractional"
      case rtstruct
    }

    @Option(
      name: .customLong("as"),
      help: "Write a label map as a DICOM object: seg, seg-fractional or rtstruct; with --reference.")
    public var kind: Kind?

    @Option(
      name: .customLong("name"),
      help: ArgumentHelp(
        "The name of a class in the object, such as 1=Liver; repeat it.", valueName: "class=name"))
    public var names: [String] = []

    public init() {}

    public func validate() throws {
      guard kind != nil || names.isEmpty else { throw ValidationError("--name goes with --as") }
      for name in names where Self.parse(name) == nil {
        throw ValidationError("--name expects a class number and a name, such as 1=Liver, found \(name)")
      }
    }

    private static func parse(_ text: String) -> (number: Int, name: String)? {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let number = Int(parts[0]), (1...65535).contains(number) else { return nil }
      return (number, parts[1])
    }

    /// Writes the object that was asked for.
    /// - Returns: what was written, in words.
    func write(_ map: LabelMap, as kind: Kind, on reference: Reference, to url: URL) throws(ImageError)
      -> String
    {
      guard let place = reference.url else {
        throw ImageError(
          "a DICOM object refers to the series that it lies on", remedy: "name its folder with --reference",
          cause: .usage)
      }
      let series = try DICOMReference(contentsOf: place, series: reference.referenceSeries)
      let named = names.compactMap(Self.parse)
      switch kind {
      case .seg, .segFractional:
        try DICOMSegmentation.write(
          map, of: series, to: url,
          .init(
            storage: kind == .seg ? .binary : .fractional,
            segments: named.map { DICOMSegment(number: $0.number, name: $0.name) }))
        let object = try DICOMSegmentation(contentsOf: url)
        return "a segmentation with \(object.segments.count) segments"
      case .rtstruct:
        try DICOMStructureSet.write(
          map, of: series, to: url,
          .init(regions: named.map { DICOMStructureSet.Region(number: $0.number, name: $0.name) }))
        let object = try DICOMStructureSet(contentsOf: url)
        return "a structure set with \(object.regions.count) regions"
      }
    }
  }
}
