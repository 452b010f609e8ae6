import MedVoxel

/// What a file says of one of its frames: where it lies, how it is rescaled, and what tells it from others at
/// the same place. Source: the DICOM standard, PS3.3, C.7.6.2 (image planes), C.7.6.16 (functional groups).
struct DICOMFrame: Sendable {
  /// Of the first pixel's center, in RAS+ millimeters.
  var position: SIMD3<Double>?
  /// Unit steps along a row (I) and along a column (J), in RAS+.
  var directions: (i: SIMD3<Double>, j: SIMD3<Double>)?
  /// Millimeters between columns (I) and between rows (J).
  var spacing: (i: Double, j: Double)?
  /// Between slices, or their thickness, in millimeters; 0 where the file says nothing.
  var distance = 0.0
  var rescale = Rescale.identity
  var facets = DICOMFacets()

  /// The third axis: the cross product in DICOM's axes, which are right-handed as RAS+ is.
  var normal: SIMD3<Double>? { directions.map { cross($0.i, $0.j) } }

  /// Takes what a data set, or the item of a functional group, says; what it leaves out stays.
  mutating func read(_ data: DICOMElements, of file: DICOMFacets.Vendor) {
    if let p = data.triple(0x0020_0032) { position = p }
    let o = data.numbers(0x0020_0037, 6)
    if o.count == 6 { directions = ([-o[0], -o[1], o[2]], [-o[3], -o[4], o[5]]) }
    // The last two are at the detector: better than none.
    let places: [UInt32] = spacing == nil ? [0x0028_0030, 0x0018_2010, 0x0018_1164] : [0x0028_0030]
    for tag in places {
      let s = data.numbers(tag, 2)
      guard s.count == 2, s[0] > 0, s[1] > 0 else { continue }
      spacing = (s[1], s[0])
      break
    }
    if let d = data.number(0x0018_0088) ?? data.number(0x0018_0050) { distance = d }
    // Of images, or of dose grids.
    if let slope = data.number(0x0028_1053) ?? data.number(0x3004_000e), slope != 0 { rescale.slope = slope }
    if let intercept = data.number(0x0028_1052) { rescale.intercept = intercept }
    facets.read(data, of: file)
  }
}

extension DICOMElements {
  /// Three numbers in DICOM's axes (left, posterior, superior) as RAS+.
  func triple(_ tag: UInt32) -> SIMD3<Double>? {
    let n = numbers(tag, 3)
    return n.count == 3 ? [-n[0], -n[1], n[2]] : nil
  }
}

extension DICOMFile {
  /// The macros of functional groups that say something of a frame's place, values or facets.
  private static let macros: [UInt32] = [
    0x0020_9113, 0x0020_9116, 0x0028_9110, 0x0028_9145, 0x0020_9111, 0x0018_9112, 0x0018_9114, 0x0018_9115,
    0x0018_9117, 0x0018_9118, 0x0018_9226, 0x0018_9329, 0x0018_9751, 0x0062_000a,
  ]

  /// One for each frame: top level first, then the shared and the per-frame functional groups.
  func frames(_ count: Int) -> [DICOMFrame] {
    let vendor = DICOMFacets.Vendor(data)
    var common = DICOMFrame()
    common.read(data, of: vendor)
    if let shared = data.item(0x5200_9229) { Self.read(shared, into: &common, vendor) }
    if count > 1 { common.facets.dropPlaces() }
    var frames = [DICOMFrame](repeating: common, count: count)
    for (index, groups) in data.items(0x5200_9230, limit: count).enumerated() {
      Self.read(groups, into: &frames[index], vendor)
    }
    if count > 1 { place(&frames) }
    return frames
  }

  private static func read(
    _ groups: DICOMElements, into frame: inout DICOMFrame, _ vendor: DICOMFacets.Vendor
  ) {
    for tag in macros where groups.has(tag) {
      if let item = groups.item(tag) { frame.read(item, of: vendor) }
    }
  }

  /// Files that give one position and the frames' distances from it along the normal.
  private func place(_ frames: inout [DICOMFrame]) {
    guard let first = frames.first else { return }
    let offsets = data.numbers(0x3004_000c, frames.count)
    if offsets.count == frames.count, let position = first.position, let normal = first.normal {
      // Dose grids (PS3.3, C.8.8.3.2): relative to the first, or all of them coordinates.
      for index in frames.indices {
        frames[index].position = position + normal * (offsets[index] - offsets[0])
      }
      return
    }
    // Nuclear tomography gives the first slice's place with the detector (C.8.4.11).
    guard first.position == nil, let detector = data.item(0x0054_0022), data.number(0x0054_0081) != nil,
      let step = data.number(0x0018_0088), step != 0, data.items(0x5200_9230, limit: 1).isEmpty,
      data.text(0x0008_0008)?.contains("RECON TOMO") == true
    else { return }
    var placed = first
    placed.read(detector, of: DICOMFacets.Vendor(data))
    guard let position = placed.position, let normal = placed.normal else { return }
    let order = data.numbers(0x0054_0080, frames.count, kind: .short)
    for index in frames.indices {
      let number = order.count == frames.count ? order[index] - 1 : Double(index)
      (frames[index].directions, frames[index].distance) = (placed.directions, abs(step))
      frames[index].position = position + normal * (step * number)
    }
  }
}
