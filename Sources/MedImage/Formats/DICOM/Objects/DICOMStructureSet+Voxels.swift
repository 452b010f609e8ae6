import Foundation
public import MedVoxel

extension DICOMStructureSet {
  /// The closed outlines.
  public var contours: ContourSet {
    ContourSet(
      annotations.contours, frame: .world, classes: annotations.classes, combination: .exclusiveOr)
  }

  /// How outlines are filled on a grid: a voxel belongs to a region when its center lies within an odd number of the
  /// region's outlines, or on one of them (within a ten-thousandth of a voxel); an outline belongs to the slice that it lies in, up to half a millimeter, or nearly
  /// half a slice's distance where that is less.
  public static func filling(on grid: Grid) -> FillOptions {
    FillOptions(
      rule: .evenOdd, outline: .insideOrOn,
      plane: .within(millimeters: min(0.5, 0.45 * grid.spacing.min())))
  }

  /// ROI numbers as class numbers, where these go from 1 to 65,535, else 1, 2, … in the file's order.
  ///
  /// - Parameter options: as `filling(on:)` says where nil. Where regions overlap, the last of the file counts.
  /// - Throws: `ImageError` with the outlines that lie in no slice of the grid.
  public func labelMap(on grid: Grid, options: FillOptions? = nil) throws(ImageError) -> Rasterization {
    try contours.labelMap(on: grid, options: options ?? Self.filling(on: grid))
  }

  /// One channel a region with outlines, in the file's order: 0 or 1.
  public func masks(on grid: Grid, options: FillOptions? = nil) throws(ImageError) -> VoxelBuffer<UInt8> {
    let drawn = drawnRegions
    try check(drawn.count, on: grid)
    let options = options ?? Self.filling(on: grid)
    var masks = VoxelBuffer<UInt8>(channels: drawn.count, size: grid.size)
    for (channel, label) in drawn.enumerated() {
      let own = ContourSet(
        annotations.contours.filter { $0.label == label }, frame: .world, combination: .exclusiveOr)
      let map = try own.labelMap(on: grid, options: options).labels.voxels
      masks.withUnsafeMutableBuffer { target in
        map.withUnsafeBuffer { source in
          let start = channel * source.count
          for index in 0..<source.count { target[start + index] = source[index] == 0 ? 0 : 1 }
        }
      }
    }
    return masks
  }

  /// The labels of regions with closed outlines, in the file's order.
  var drawnRegions: [String] {
    let drawn = Set(annotations.contours.lazy.filter(\.isClosed).map(\.label))
    return annotations.classes.map(\.name).filter { drawn.contains($0) }
  }

  private func check(_ channels: Int, on grid: Grid) throws(ImageError) {
    let bytes = Double(channels) * Double(grid.size.voxelCount)
    guard bytes <= 17_179_869_184 else {
      throw ImageError(
        "\(channels) regions on a grid of \(describe(grid.size)) voxels take \(rounded(bytes / 1e9)) GB",
        at: name, remedy: "choose a smaller grid")
    }
  }

  /// The object as an image on a grid: a label map where regions don't overlap, else one channel a region.
  func openImage(on grid: Grid?) throws(ImageError) -> OpenImage {
    guard let grid else {
      throw ImageError(
        "a structure set holds outlines, and no grid to fill them on", at: name,
        remedy: "name the series that they were drawn on, such as --reference CT_FOLDER")
    }
    let drawn = drawnRegions
    guard !drawn.isEmpty else { throw ImageError("no region has a closed outline", at: name) }
    var first = Self.filling(on: grid)
    first.overlap = .first
    let last = try labelMap(on: grid)
    // Where the rule of overlaps makes no difference there are none.
    let overlaps =
      drawn.count > 1
      ? try labelMap(on: grid, options: first).labels.voxels.hasOtherNumbers(than: last.labels.voxels) : false
    let size = grid.size
    let largest = annotations.classes.compactMap(\.number).max() ?? 0
    var header = ImageHeader(
      format: "DICOM RTSTRUCT", shape: [size.x, size.y, size.z] + (overlaps ? [drawn.count] : []),
      type: !overlaps && largest > 255 ? .uint16 : .uint8, affine: grid.affine)
    header.facts =
      [ImageHeader.Fact("Modality", "RTSTRUCT")]
      + [Tag.label].compactMap { (tag: DICOMTag) in
        data.text(tag).map { ImageHeader.Fact(tag.keyword ?? "\(tag)", $0) }
      }
      + referencedSeries.map { .init("references", "series \($0)") }
      + zip(regions, annotations.classes).map { .init("region \($1.number ?? 0)", $0.summary) }
    header.notes = last.notes
    if overlaps {
      header.notes.append(
        "regions overlap: each is a channel, in the order \(drawn.joined(separator: ", "))")
    }
    let points = annotations.points.count
    if points > 0 { header.notes.append("\(points) single points are left out") }
    return OpenImage(
      header: header, voxels: StructureVoxels(object: self, grid: grid, asLabels: !overlaps), location: name)
  }
}

/// The voxels of a structure set's image.
private struct StructureVoxels: VoxelSource {
  var object: DICOMStructureSet
  var grid: Grid
  var asLabels: Bool

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    guard asLabels else { return .uint8(try object.masks(on: grid)) }
    let labels = try object.labelMap(on: grid).labels.voxels
    return header.type == .uint16 ? .uint16(labels) : .uint8(labels.narrowed())
  }
}

extension VoxelBuffer<UInt16> {
  /// Whether a voxel differs; both have the same size.
  fileprivate func hasOtherNumbers(than other: VoxelBuffer<UInt16>) -> Bool {
    withUnsafeBuffer { a in
      other.withUnsafeBuffer { b in
        guard let x = a.baseAddress, let y = b.baseAddress, a.count == b.count else {
          return a.count != b.count
        }
        return memcmp(x, y, a.count * 2) != 0
      }
    }
  }

  /// The same numbers in a byte each; those that don't fit lose their upper half.
  func narrowed() -> VoxelBuffer<UInt8> {
    VoxelBuffer<UInt8>(channels: channels, size: size) { target in
      withUnsafeBuffer { source in
        for index in 0..<source.count { target[index] = UInt8(truncatingIfNeeded: source[index]) }
      }
    }
  }
}
