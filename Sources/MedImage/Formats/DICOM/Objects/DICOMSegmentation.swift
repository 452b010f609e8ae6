public import Foundation
public import MedVoxel

/// A DICOM segmentation object (SEG): segments, each with its own frames, on one grid.
///
/// Source: PS3.3 A.51 and C.8.20 (binary and fractional), Supplement 243 (label maps). Frames are placed by
/// their positions, not by their order; slices that were left out since they are empty are filled in.
public struct DICOMSegmentation: Sendable {
  public enum Kind: Hashable, Sendable {
    /// One bit a voxel.
    case binary
    /// The probability that a voxel belongs to the segment, in steps of 1 / `maximum`.
    case probability(maximum: Int)
    /// The part of a voxel that the segment takes, in steps of 1 / `maximum`.
    case occupancy(maximum: Int)
    /// Segment numbers; segments can't overlap.
    case labelMap

    /// The stored number of a whole voxel.
    public var maximum: Int {
      switch self {
      case .binary, .labelMap: 1
      case .probability(let maximum), .occupancy(let maximum): maximum
      }
    }
  }

  public let kind: Kind
  /// In the order of their numbers, the background of a label map left out.
  public let segments: [DICOMSegment]
  /// That of the object's frames, or the one that was asked for.
  public var grid: Grid { placement.grid }
  /// Whether the object says where it lies.
  public var hasGeometry: Bool { placement.hasGeometry }
  public let notes: [String]
  /// The series that the segments were drawn on.
  public let referencedSeries: [String]
  /// All that the object says, but its pixels.
  public let data: DICOMDataSet

  let source: FileSource
  let placement: DICOMFramePlacement
  /// The index into `segments` of each frame; nil for a label map's.
  let segmentOfFrame: [Int?]
  let bitsAllocated: Int

  static let storageClass = "1.2.840.10008.5.1.4.1.1.66.4"
  static let labelMapStorageClass = "1.2.840.10008.5.1.4.1.1.66.7"

  /// - Parameter reference: the grid to put the segments on, such as that of the series they were drawn on;
  ///   without it the grid reaches from the first frame to the last.
  /// - Throws: `ImageError` with what is wrong in the object, or when its frames are no slices of the reference.
  /// - Complexity: reads what comes before the pixels.
  public init(contentsOf url: URL, reference: Grid? = nil) throws(ImageError) {
    try self.init(FileSource(url), reference: reference)
  }

  public init(_ source: FileSource, reference: Grid? = nil) throws(ImageError) {
    try self.init(source, DICOMDataSet(source), reference)
  }

  init(_ source: FileSource, _ data: DICOMDataSet, _ reference: Grid?) throws(ImageError) {
    self.source = source
    self.data = data
    let name = source.name
    let kind = try Self.kind(data, at: name)
    self.kind = kind
    bitsAllocated = try Self.bits(data, kind, at: name)
    let all = data.items(DICOMTag(0x0062, 0x0002)).compactMap { DICOMSegment($0) }
    segments = all.filter { $0.number > 0 }.sorted { $0.number < $1.number }
    guard Set(segments.map(\.number)).count == segments.count, !segments.isEmpty else {
      throw ImageError(
        segments.isEmpty ? "the object names no segments" : "two segments have the same number", at: name)
    }
    let size = try Self.size(data, bitsAllocated, source)
    if let tiling = data.text(DICOMTag(0x0020, 0x9311)), tiling.hasPrefix("TILED") {
      throw ImageError("segmentations of slides (\(tiling)) are not read", at: name)
    }
    let groups = DICOMFrameGroups(data: data)
    let numbers = groups.integers(DICOMFrameGroups.Macro.segment, DICOMTag(0x0062, 0x000b), size.frames)
    let indices = Dictionary(
      uniqueKeysWithValues: segments.enumerated().map { ($0.element.number, $0.offset) })
    segmentOfFrame = try numbers.enumerated().map { frame, number throws(ImageError) -> Int? in
      if kind == .labelMap { return nil }
      // With a single segment, some writers leave its number out.
      if number == nil, indices.count == 1 { return 0 }
      guard let number, let index = indices[number] else {
        throw ImageError(
          "frame \(frame + 1) belongs to segment \(number.map(String.init) ?? "nothing"), which the object "
            + "doesn't describe", at: name)
      }
      return index
    }
    let own = try DICOMFramePlacement.make(
      groups.planes(size.frames), columns: size.columns, rows: size.rows,
      fallback: Self.order(groups, segmentOfFrame), at: name)
    placement = try reference.map { grid throws(ImageError) in try own.onto(grid, at: name) } ?? own
    let repeated =
      segmentOfFrame.count - Set(zip(segmentOfFrame, placement.slices).map { [$0 ?? -1, $1] }).count
    notes =
      placement.notes
      + (repeated > 0 ? ["\(repeated) frames repeat a segment at its position; they are united"] : [])
    let series = data.items(DICOMTag(0x0008, 0x1115)).compactMap { $0.text(.series) }
    referencedSeries = Set(series).sorted()
    try check()
  }

  private static func kind(_ data: DICOMDataSet, at name: String) throws(ImageError) -> Kind {
    let type = data.text(DICOMTag(0x0062, 0x0001)) ?? "no SegmentationType"
    switch type {
    case "BINARY": return .binary
    case "LABELMAP": return .labelMap
    case "FRACTIONAL":
      let maximum = data.integer(DICOMTag(0x0062, 0x000e)) ?? 255
      guard (1...255).contains(maximum) else {
        throw ImageError("expected a MaximumFractionalValue from 1 to 255, found \(maximum)", at: name)
      }
      return data.text(DICOMTag(0x0062, 0x0010)) == "OCCUPANCY"
        ? .occupancy(maximum: maximum) : .probability(maximum: maximum)
    default:
      throw ImageError("expected a BINARY, FRACTIONAL or LABELMAP segmentation, found \(type)", at: name)
    }
  }

  private static func bits(
    _ data: DICOMDataSet, _ kind: Kind, at name: String
  ) throws(ImageError) -> Int {
    let bits = data.integer(.bitsAllocated) ?? 0
    let expected =
      switch kind {
      case .binary: [1, 8]
      case .probability, .occupancy: [8]
      case .labelMap: [8, 16]
      }
    guard expected.contains(bits) else {
      throw ImageError(
        "expected \(expected.map(String.init).joined(separator: " or ")) bits a voxel, found \(bits)",
        at: name)
    }
    return bits
  }

  private static func size(
    _ data: DICOMDataSet, _ bits: Int, _ source: FileSource
  ) throws(ImageError) -> (columns: Int, rows: Int, frames: Int) {
    let (columns, rows) = (data.integer(.columns) ?? 0, data.integer(.rows) ?? 0)
    let frames = data[.frameCount] == nil ? 1 : data.integer(.frameCount) ?? 0
    guard columns > 0, rows > 0, frames > 0 else {
      throw ImageError(
        "expected columns, rows and frames, found \(columns)×\(rows)×\(frames)", at: source.name)
    }
    // A frame takes a byte at least, even compressed, or its share of the pixels' bits.
    guard frames / 8 <= source.largestContent else {
      throw ImageError("the header claims \(frames) frames, more than the file can hold", at: source.name)
    }
    return (columns, rows, frames)
  }

  /// Where frames without positions go.
  private static func order(_ groups: DICOMFrameGroups, _ segments: [Int?]) -> [Int] {
    let indices = groups.dimensionIndices(segments.count, without: DICOMTag(0x0062, 0x000b))
    if indices.allSatisfy({ !$0.isEmpty }) {
      let ranks = Set(indices).sorted { $0.lexicographicallyPrecedes($1) }
      let rank = Dictionary(uniqueKeysWithValues: ranks.enumerated().map { ($0.element, $0.offset) })
      return indices.map { rank[$0] ?? 0 }
    }
    var seen: [Int: Int] = [:]
    return segments.map { segment in
      defer { seen[segment ?? -1, default: 0] += 1 }
      return seen[segment ?? -1, default: 0]
    }
  }

  /// Refuses claims that the file can't hold: sparse frames may fill a larger grid, but not any.
  private func check() throws(ImageError) {
    let claimed = Double(grid.size.x) * Double(grid.size.y) * Double(grid.size.z)
    let frame = Double(grid.size.x) * Double(grid.size.y) * Double(bitsAllocated) / 8
    let allowed = 67_108_864 + 1032 * Double(source.largestContent)
    guard claimed * 2 <= allowed, frame * Double(placement.slices.count) <= allowed else {
      throw ImageError(
        "the frames claim a grid of \(describe(grid.size)) voxels, more than the file can hold",
        at: source.name)
    }
  }

  /// The segment of a number.
  public func segment(_ number: Int) -> DICOMSegment? { segments.first { $0.number == number } }
}
