import CGDCM
public import Foundation
public import MedVoxel

/// The files of a folder that make one image: same SeriesInstanceUID, size and orientation.
public struct DICOMSeries: Sendable {
  /// The SeriesInstanceUID.
  public var uid: String
  /// Which of the series' parts this is, from 1, and how many there are: localizers, for example, hold images
  /// of several orientations.
  public var part: Int
  public var partCount: Int
  var instances: [DICOMInstance]
  var notes: [String] = []

  /// What `--series` takes: the UID, with the part where there are several.
  public var name: String { partCount == 1 ? uid : "\(uid)#\(part)" }
  public var files: [URL] { instances.map(\.source.url) }

  /// "CT, Routine Brain, 512×512, 4 files".
  public var summary: String {
    guard let first = instances.first else { return "" }
    let words = [first.text("Modality"), first.text("SeriesDescription")].compactMap { $0 }
    return (words + ["\(first.facts.columns)×\(first.facts.rows)", "\(instances.count) files"])
      .joined(separator: ", ")
  }

  /// The slices in the order of the volume: K along the normal, then the repetitions of each position.
  struct Layout: Sendable {
    /// `[repetition][k]`.
    var volumes: [[DICOMSlice]]
    var affine: Affine
    var hasGeometry: Bool
    var notes: [String]
  }

  func layout() throws(ImageError) -> Layout {
    var slices: [DICOMSlice] = []
    for (file, instance) in instances.enumerated() {
      for (frame, place) in instance.frames.enumerated() {
        slices.append(
          DICOMSlice(
            file: file, frame: frame, acquisition: Int(instance.facts.acquisition),
            instance: Int(instance.facts.instance), place: place))
      }
    }
    slices.sort(by: DICOMSlice.isBefore)
    guard let first = slices.first, let name = instances.first?.source.name else {
      throw ImageError("the series has no images")
    }
    guard let normal = first.normal, length(normal) > 0.5, slices.allSatisfy({ $0.position != nil }) else {
      return unplaced(slices, first)
    }
    let volumes = try stacks(slices, along: normal, at: name)
    var notes: [String] = []
    let affine = affine(of: volumes[0], first, normal, &notes)
    guard !affine.isSingular else {
      throw ImageError("the slices' positions give no usable geometry: \(affine.rows.prefix(3))", at: name)
    }
    return Layout(
      volumes: volumes, affine: affine, hasGeometry: first.spacing != nil, notes: self.notes + notes)
  }

  /// Images without a common geometry, in the order of their numbers.
  private func unplaced(_ slices: [DICOMSlice], _ first: DICOMSlice) -> Layout {
    let spacing = first.spacing ?? (1, 1)
    let affine = Affine(
      i: [-spacing.i, 0, 0], j: [0, -spacing.j, 0],
      k: [0, 0, max(first.place.distance, 0) > 0 ? first.place.distance : 1])
    return Layout(
      volumes: [slices], affine: affine, hasGeometry: false,
      notes: notes + ["the images have no common geometry: they are in the order of their numbers"])
  }

  /// Slices sorted by position; those that share one become a time axis.
  private func stacks(
    _ slices: [DICOMSlice], along normal: SIMD3<Double>, at name: String
  ) throws(ImageError) -> [[DICOMSlice]] {
    let placed = slices.map { (distance: dot($0.position ?? .zero, normal), slice: $0) }
      .enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
    var groups: [(distance: Double, slices: [DICOMSlice])] = []
    for (_, element) in placed {
      // A hundredth of a millimetre is noise in decimal strings, not a gap.
      if let last = groups.last, abs(last.distance - element.distance) < 0.01 {
        groups[groups.count - 1].slices.append(element.slice)
      } else {
        groups.append((element.distance, [element.slice]))
      }
    }
    let counts = Set(groups.map(\.slices.count))
    guard counts.count == 1, let count = counts.first else {
      let most = groups.map(\.slices.count).max() ?? 0
      let lacking = groups.filter { $0.slices.count < most }
      throw ImageError(
        "positions have different numbers of images: most \(most), but \(lacking.count) of \(groups.count) "
          + "fewer (the first at \(rounded(lacking.first?.distance ?? 0)) mm along the normal)", at: name,
        remedy: "add the missing files, or take the extra ones out of the folder")
    }
    let sorted = groups.map { $0.slices.sorted(by: DICOMSlice.isBefore) }
    return (0..<count).map { repetition in sorted.map { $0[repetition] } }
  }

  private func affine(
    of volume: [DICOMSlice], _ first: DICOMSlice, _ normal: SIMD3<Double>, _ notes: inout [String]
  ) -> Affine {
    let spacing = first.spacing ?? (1, 1)
    if first.spacing == nil { notes.append("the file gives no pixel spacing; 1 mm is assumed") }
    let directions = first.directions ?? (.zero, .zero)
    let origin = volume.first?.position ?? .zero
    var k = normal * (first.place.distance > 0 ? first.place.distance : 1)
    if volume.count > 1, let last = volume.last?.position {
      k = (last - origin) / Double(volume.count - 1)
      let distances = volume.map { dot($0.position ?? .zero, normal) }
      let gaps = zip(distances.dropFirst(), distances).map { $0 - $1 }
      let (low, high) = (gaps.min() ?? 0, gaps.max() ?? 0)
      if high - low > max(0.02 * high, 0.01) {
        notes.append("slices are not evenly spaced: gaps from \(rounded(low)) to \(rounded(high)) mm")
      }
    }
    return Affine(i: directions.i * spacing.i, j: directions.j * spacing.j, k: k, origin: origin)
  }
}

extension DICOMSeries {
  /// Where a frame of a file lies in the volume that the series makes.
  public struct PlacedSlice: Hashable, Sendable {
    public var file: URL
    /// The SOPInstanceUID of the file; empty where it gives none.
    public var identity: String
    /// Counted from 0; other than 0 in multi-frame files only.
    public var frame: Int
    /// The index along the third axis.
    public var k: Int
    /// Which of the images repeated at this position.
    public var repetition: Int
    /// Of the first pixel, in RAS+ millimeters; nil where the file gives none.
    public var position: WorldPoint?
  }

  /// The slices in the order of the volume, repetitions last.
  ///
  /// - Throws: `ImageError` when the slices make no volume, as when the image is opened.
  public func slices() throws(ImageError) -> [PlacedSlice] {
    try layout().volumes.enumerated().flatMap { repetition, volume in
      volume.enumerated().map { k, slice in
        let instance = instances[slice.file]
        return PlacedSlice(
          file: instance.source.url, identity: instance.identity, frame: slice.frame, k: k,
          repetition: repetition, position: slice.position)
      }
    }
  }

  /// Such as "CT"; nil where the files don't say.
  public var modality: String? { instances.first?.text("Modality") }
}
