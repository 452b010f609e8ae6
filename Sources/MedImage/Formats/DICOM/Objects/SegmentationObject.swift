import MedVoxel

/// The data set of a new segmentation (PS3.3 A.51).
struct SegmentationObject {
  var reference: DICOMReference
  var writing: DICOMSegmentation.Writing
  /// In the order of segments, then slices.
  var frames: [SegmentationFrame]

  private typealias Macro = DICOMFrameGroups.Macro

  private var isBinary: Bool { writing.storage == .binary }

  func data() -> DICOMDataSet {
    var object = reference.newObject(
      sopClass: DICOMSegmentation.storageClass, modality: "SEG", description: writing.description,
      identifiers: writing.identifiers)
    object.set(DICOMTag(0x0008, 0x0008), "CS", "DERIVED", "PRIMARY")
    object.set(DICOMTag(0x0070, 0x0080), "CS", "SEGMENTATION")
    object.set(DICOMTag(0x0070, 0x0081), name: writing.description)
    object.set(DICOMTag(0x0070, 0x0084), "PN", "")
    object.set(DICOMTag(0x0028, 0x2110), "CS", "00")
    addPixels(&object)
    addSegments(&object)
    addDimensions(&object)
    addReferences(&object)
    object.set(.sharedGroups, items: [sharedGroup()])
    object.set(.frameGroups, items: frameGroups())
    return object
  }

  private func addPixels(_ object: inout DICOMDataSet) {
    let size = reference.grid.size
    object.set(DICOMTag(0x0028, 0x0002), shorts: 1)
    object.set(DICOMTag(0x0028, 0x0004), "CS", "MONOCHROME2")
    object.set(.frameCount, "IS", "\(frames.count)")
    object.set(.rows, shorts: size.y)
    object.set(.columns, shorts: size.x)
    let bits = isBinary ? 1 : 8
    object.set(.bitsAllocated, shorts: bits)
    object.set(DICOMTag(0x0028, 0x0101), shorts: bits)
    object.set(DICOMTag(0x0028, 0x0102), shorts: bits - 1)
    object.set(DICOMTag(0x0028, 0x0103), shorts: 0)
    object[.pixelData] = DICOMElement(.pixelData, "OB", .bytes(pixels()))
  }

  /// Frames without gaps; of one bit, from the lowest of the first byte on (PS3.5 8.1.1).
  private func pixels() -> [UInt8] {
    let plane = reference.grid.size.x * reference.grid.size.y
    guard isBinary else {
      var bytes = [UInt8](repeating: 0, count: plane * frames.count)
      bytes.withUnsafeMutableBufferPointer { all in
        for (index, frame) in frames.enumerated() {
          frame.fill(UnsafeMutableBufferPointer(rebasing: all[index * plane..<(index + 1) * plane]))
        }
      }
      return bytes
    }
    var bytes = [UInt8](repeating: 0, count: (plane * frames.count + 7) / 8)
    var scratch = [UInt8](repeating: 0, count: plane)
    for (index, frame) in frames.enumerated() {
      scratch.withUnsafeMutableBufferPointer { pixels in
        pixels.update(repeating: 0)
        frame.fill(pixels)
        for (offset, pixel) in pixels.enumerated() where pixel != 0 {
          let bit = index * plane + offset
          bytes[bit >> 3] |= 1 << UInt8(bit & 7)
        }
      }
    }
    return bytes
  }

  private func addSegments(_ object: inout DICOMDataSet) {
    object.set(DICOMTag(0x0062, 0x0001), "CS", isBinary ? "BINARY" : "FRACTIONAL")
    if isBinary {
      object.set(DICOMTag(0x0062, 0x0013), "CS", "NO")
    } else {
      object.set(DICOMTag(0x0062, 0x0010), "CS", "PROBABILITY")
      object.set(DICOMTag(0x0062, 0x000e), shorts: 255)
    }
    object.set(DICOMTag(0x0062, 0x0002), items: segments.map(\.item))
  }

  /// Those that are described, and those that occur.
  private var segments: [DICOMSegment] {
    let described = Dictionary(uniqueKeysWithValues: writing.segments.map { ($0.number, $0) })
    return Set(described.keys).union(frames.map(\.segment)).sorted().map { number in
      described[number] ?? DICOMSegment(number: number, name: "class \(number)")
    }
  }

  private func addDimensions(_ object: inout DICOMDataSet) {
    let organization = DICOMIdentifier.make(from: ["dimensions", writing.identifiers.instance])
    var named = DICOMDataSet()
    named.set(DICOMTag(0x0020, 0x9164), "UI", organization)
    object.set(DICOMTag(0x0020, 0x9221), items: [named])
    object.set(DICOMTag(0x0020, 0x9311), "CS", "3D")
    func dimension(_ pointer: DICOMTag, _ group: DICOMTag, _ label: String) -> DICOMDataSet {
      var item = named
      item.set(DICOMTag(0x0020, 0x9165), tag: pointer)
      item.set(DICOMTag(0x0020, 0x9167), tag: group)
      item.set(DICOMTag(0x0020, 0x9421), "LO", label)
      return item
    }
    object.set(
      DICOMTag(0x0020, 0x9222),
      items: [
        dimension(DICOMTag(0x0062, 0x000b), Macro.segment, "Segment Number"),
        dimension(.position, Macro.planePosition, "Image Position Patient"),
      ])
  }

  private func addReferences(_ object: inout DICOMDataSet) {
    var series = DICOMDataSet()
    series.set(.series, "UI", reference.series)
    series.set(DICOMTag(0x0008, 0x114a), items: reference.instanceItems)
    object.set(DICOMTag(0x0008, 0x1115), items: [series])
  }

  private func sharedGroup() -> DICOMDataSet {
    let affine = reference.grid.affine
    let (direction, spacing) = (affine.direction, affine.spacing)
    var plane = DICOMDataSet()
    plane.set(
      .orientation,
      decimals: [direction.i, direction.j].flatMap { v in [-v.x, -v.y, v.z] })
    // Along the normal: the slices may be sheared.
    let step = abs(dot(affine.columns.k, cross(direction.i, direction.j)))
    var measures = DICOMDataSet()
    measures.set(.pixelSpacing, decimals: [spacing.y, spacing.x])
    measures.set(.sliceThickness, decimals: [reference.data.number(.sliceThickness) ?? step])
    measures.set(.sliceSpacing, decimals: [step])
    var group = DICOMDataSet()
    group.set(Macro.planeOrientation, items: [plane])
    group.set(Macro.pixelMeasures, items: [measures])
    return group
  }

  private func frameGroups() -> [DICOMDataSet] {
    // A position's index counts the positions that have frames, as readers expect.
    let used = Set(frames.map(\.slice)).sorted()
    let rank = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($0.element, $0.offset + 1) })
    let order = Dictionary(
      uniqueKeysWithValues: segments.enumerated().map { ($0.element.number, $0.offset + 1) })
    return frames.map { frame in
      let slice = reference.slices[frame.slice]
      var content = DICOMDataSet()
      content.set(
        DICOMTag(0x0020, 0x9157), longs: order[frame.segment] ?? 0, rank[frame.slice] ?? 0)
      var position = DICOMDataSet()
      let p = slice.position
      position.set(.position, decimals: [-p.x, -p.y, p.z])
      var identification = DICOMDataSet()
      identification.set(DICOMTag(0x0062, 0x000b), shorts: frame.segment)
      var source = reference.item(slice)
      source.set(DICOMTag(0x0028, 0x135a), "CS", "YES")
      source.set(
        DICOMTag(0x0040, 0xa170),
        items: [DICOMCode("121322", "DCM", "Source image for image processing operation").item])
      var derivation = DICOMDataSet()
      derivation.set(DICOMTag(0x0008, 0x2112), items: [source])
      derivation.set(DICOMTag(0x0008, 0x9215), items: [DICOMCode("113076", "DCM", "Segmentation").item])
      var group = DICOMDataSet()
      group.set(Macro.derivation, items: [derivation])
      group.set(Macro.frameContent, items: [content])
      group.set(Macro.planePosition, items: [position])
      group.set(Macro.segment, items: [identification])
      return group
    }
  }
}
