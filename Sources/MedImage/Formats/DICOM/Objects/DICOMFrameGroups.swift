import MedVoxel

/// What the functional groups say of each frame of a multi-frame object; a frame's own group goes before the
/// shared one, and that before the top level.
struct DICOMFrameGroups {
  var data: DICOMDataSet

  private var shared: DICOMDataSet? { data.items(.sharedGroups).first }
  private var frames: [DICOMDataSet] { data.items(.frameGroups) }

  enum Macro {
    static let planePosition = DICOMTag(0x0020, 0x9113)
    static let planeOrientation = DICOMTag(0x0020, 0x9116)
    static let pixelMeasures = DICOMTag(0x0028, 0x9110)
    static let frameContent = DICOMTag(0x0020, 0x9111)
    static let derivation = DICOMTag(0x0008, 0x9124)
    static let segment = DICOMTag(0x0062, 0x000a)
    static let slidePosition = DICOMTag(0x0048, 0x021a)
  }

  /// Where a frame lies; lengths in millimeters, positions and directions in DICOM's axes (LPS+).
  struct Plane: Sendable {
    var position: SIMD3<Double>?
    /// Along a row and along a column.
    var row: SIMD3<Double>?
    var column: SIMD3<Double>?
    /// Between columns (along a row) and between rows.
    var spacing: SIMD2<Double>?
    var thickness: Double?
    var sliceSpacing: Double?

    var normal: SIMD3<Double>? {
      guard let row, let column else { return nil }
      let normal = cross(row, column)
      return length(normal) > 0.5 ? normal : nil
    }
  }

  /// One for each frame.
  func planes(_ count: Int) -> [Plane] {
    let (frames, shared) = (frames, shared)
    return (0..<count).map { index in
      let own = index < frames.count ? frames[index] : nil
      func numbers(_ macro: DICOMTag, _ tag: DICOMTag, _ count: Int) -> [Double]? {
        for source in [own?.items(macro).first, shared?.items(macro).first, data] {
          guard let values = source?.numbers(tag), values.count >= count,
            values.prefix(count).allSatisfy(\.isFinite)
          else { continue }
          return values
        }
        return nil
      }
      var plane = Plane()
      plane.position = numbers(Macro.planePosition, .position, 3).map { [$0[0], $0[1], $0[2]] }
      if let cosines = numbers(Macro.planeOrientation, .orientation, 6) {
        plane.row = [cosines[0], cosines[1], cosines[2]]
        plane.column = [cosines[3], cosines[4], cosines[5]]
      }
      if let spacing = numbers(Macro.pixelMeasures, .pixelSpacing, 2), spacing[0] > 0, spacing[1] > 0 {
        plane.spacing = [spacing[1], spacing[0]]
      }
      plane.thickness = numbers(Macro.pixelMeasures, .sliceThickness, 1)?[0]
      plane.sliceSpacing = numbers(Macro.pixelMeasures, .sliceSpacing, 1).map { abs($0[0]) }
      return plane
    }
  }

  /// The number of a macro's element for each frame; nil where neither group has it.
  func integers(_ macro: DICOMTag, _ tag: DICOMTag, _ count: Int) -> [Int?] {
    let (frames, common) = (frames, shared?.items(macro).first?.integer(tag))
    return (0..<count).map { index in
      (index < frames.count ? frames[index].items(macro).first?.integer(tag) : nil) ?? common
    }
  }

  /// The indices along the dimensions that the object names, without that of `excluded`.
  func dimensionIndices(_ count: Int, without excluded: DICOMTag) -> [[Int]] {
    let pointers = data.items(DICOMTag(0x0020, 0x9222)).map { item -> DICOMTag? in
      let bytes = item[DICOMTag(0x0020, 0x9165)]?.bytes ?? []
      guard bytes.count == 4 else { return nil }
      return DICOMTag(UInt16(bytes[0]) | UInt16(bytes[1]) << 8, UInt16(bytes[2]) | UInt16(bytes[3]) << 8)
    }
    let frames = frames
    return (0..<count).map { index in
      guard index < frames.count else { return [] }
      let values = frames[index].items(Macro.frameContent).first?.numbers(DICOMTag(0x0020, 0x9157)) ?? []
      return values.enumerated().filter { $0.offset >= pointers.count || pointers[$0.offset] != excluded }
        .map { Int(exactly: $0.element) ?? 0 }
    }
  }

  /// The UIDs of the images that a frame was made from.
  func sources(_ index: Int) -> [String] {
    let frames = frames
    guard index < frames.count else { return [] }
    return frames[index].items(Macro.derivation).flatMap { $0.items(DICOMTag(0x0008, 0x2112)) }
      .compactMap { $0.text(.referencedInstance) }
  }
}
