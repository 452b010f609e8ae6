import MedVoxel

extension DICOMSegmentation {
  /// The object as an image: a label map where segments don't overlap; else, and where they are fractions, one
  /// channel a segment.
  func openImage() throws(ImageError) -> OpenImage {
    let overlaps = kind == .binary ? try overlaps() : []
    let asLabels = (kind == .binary && overlaps.isEmpty) || kind == .labelMap
    let size = grid.size
    var shape = [size.x, size.y, size.z]
    if !asLabels, segments.count > 1 { shape.append(segments.count) }
    let largest = segments.last?.number ?? 0
    // A label map may hold numbers that it doesn't describe.
    let isWide = largest > 255 || (kind == .labelMap && bitsAllocated > 8)
    var header = ImageHeader(
      format: "DICOM SEG", shape: shape, type: asLabels && isWide ? .uint16 : .uint8, affine: grid.affine,
      hasGeometry: hasGeometry)
    if kind.maximum > 1 { header.rescale = Rescale(slope: 1 / Double(kind.maximum), intercept: 0) }
    header.facts = facts
    header.notes = notes
    for overlap in overlaps {
      header.notes.append(
        "segments \(overlap.first) and \(overlap.second) share \(overlap.voxels) voxels: each segment is a "
          + "channel")
    }
    return OpenImage(
      header: header, voxels: SegmentationVoxels(object: self, asLabels: asLabels), location: source.name)
  }

  private var facts: [ImageHeader.Fact] {
    let type =
      switch kind {
      case .binary: "BINARY"
      case .labelMap: "LABELMAP"
      case .probability(let maximum): "FRACTIONAL, probabilities in steps of 1/\(maximum)"
      case .occupancy(let maximum): "FRACTIONAL, occupancies in steps of 1/\(maximum)"
      }
    return [ImageHeader.Fact("Modality", "SEG"), .init("SegmentationType", type)]
      + [.seriesDescription, .series].compactMap { (tag: DICOMTag) in
        data.text(tag).map { ImageHeader.Fact(tag.keyword ?? "\(tag)", $0) }
      }
      + referencedSeries.map { .init("references", "series \($0)") }
      + segments.map { .init("segment \($0.number)", $0.summary) }
  }
}

/// The voxels of a segmentation's image.
private struct SegmentationVoxels: VoxelSource {
  var object: DICOMSegmentation
  var asLabels: Bool

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    guard asLabels else { return .uint8(try object.masks()) }
    let labels = try object.labels()
    if header.type == .uint16 { return .uint16(labels) }
    return .uint8(labels.narrowed())
  }
}
