public import ArgumentParser
import MedImage
import MedVoxel

extension Deepmed.Image {
  /// Which part of an image is meant.
  public struct Part: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Voxels along I, J and K, such as 0:128,0:128,40:60; an empty side means the end.", valueName: "i,j,k"
      ))
    public var region: String?

    @Option(
      help: ArgumentHelp("Time points or channels, such as 3 or 0:10; colors are one.", valueName: "range"))
    public var volumes: String?

    public init() {}

    public func validate() throws {
      if let region {
        let ranges = region.split(separator: ",", omittingEmptySubsequences: false)
        guard ranges.count == 3, ranges.allSatisfy({ Self.range($0, below: Int.max) != nil }) else {
          throw ValidationError("--region expects three ranges such as 0:128,0:128,40:60, found \(region)")
        }
      }
      if let volumes, Self.range(volumes[...], below: Int.max) == nil {
        throw ValidationError("--volumes expects a number or a range such as 0:10, found \(volumes)")
      }
    }

    /// "3", "2:5", "2:", ":5" or ":".
    private static func range(_ text: Substring, below end: Int) -> Range<Int>? {
      let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let lower = sides[0].isEmpty && sides.count == 2 ? 0 : Int(sides[0]), lower >= 0 else {
        return nil
      }
      guard sides.count == 2 else { return lower < Int.max ? lower..<lower + 1 : nil }
      guard let upper = sides[1].isEmpty ? max(end, lower) : Int(sides[1]), lower <= upper else { return nil }
      return lower..<upper
    }

    /// The part's stored values; all of the image where none is named.
    func stored(_ image: OpenImage) throws(ImageError) -> StoredImage {
      guard region != nil || volumes != nil else { return try image.stored() }
      let (size, components) = (image.header.size, image.header.components.count)
      var box = GridBox(size: size)
      let ranges = (region ?? ":,:,:").split(separator: ",", omittingEmptySubsequences: false)
      for axis in 0..<3 {
        let range = Self.range(ranges[axis], below: size[axis]) ?? 0..<0
        (box.lower[axis], box.upper[axis]) = (range.lowerBound, range.upperBound)
      }
      let count = image.header.channels / components
      let chosen = volumes.flatMap { Self.range($0[...], below: count) } ?? 0..<count
      let (upper, overflow) = chosen.upperBound.multipliedReportingOverflow(by: components)
      guard !overflow else {
        throw ImageError("expected volumes among \(count), found \(chosen)", cause: .usage)
      }
      return try image.stored(box, channels: chosen.lowerBound * components..<upper)
    }
  }
}
