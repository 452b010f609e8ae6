import Foundation
import MedVoxel

extension DICOMSeries {
  /// The slices in the order of the volume: K along the normal, then the repetitions of each position.
  struct Layout: Sendable {
    /// `[repetition][k]`.
    var volumes: [[DICOMSlice]]
    var affine: Affine
    var hasGeometry: Bool
    var notes: [String]
    /// What tells the repetitions apart.
    var channels = DICOMChannels()
    /// How each image is taken apart, where it holds a volume's slices as tiles.
    var mosaic: DICOMMosaic?
    /// Whether the images are frames of a cine, in time.
    var isCine = false
  }

  func layout(_ options: DICOMOptions = DICOMOptions()) throws(ImageError) -> Layout {
    let sorted = frames.sorted(by: DICOMSlice.isBefore)
    guard let first = sorted.first, let name = instances.first?.place.name else {
      throw ImageError("the series has no images")
    }
    if options.splitsMosaics, let mosaic = try mosaic() { return try tiles(sorted, mosaic, at: name) }
    guard let normal = first.place.normal, length(normal) > 0.5,
      sorted.allSatisfy({ $0.position != nil })
    else { return unplaced(sorted, first) }
    var channels = DICOMChannels()
    let volumes = try stacks(sorted, along: normal, &channels, at: name)
    var notes: [String] = []
    let affine = affine(of: volumes[0], first.place, normal, &notes)
    guard !affine.isSingular else {
      throw ImageError("the slices' positions give no usable geometry: \(affine.rows.prefix(3))", at: name)
    }
    return Layout(
      volumes: volumes, affine: affine, hasGeometry: first.place.spacing != nil, notes: self.notes + notes,
      channels: channels)
  }

  /// Images without a common geometry, in the order of their numbers; those of a cine are in time.
  private func unplaced(_ slices: [DICOMSlice], _ first: DICOMSlice) -> Layout {
    let spacing = first.place.spacing ?? (1, 1)
    let affine = Affine(
      i: [-spacing.i, 0, 0], j: [0, -spacing.j, 0],
      k: [0, 0, max(first.place.distance, 0) > 0 ? first.place.distance : 1])
    var layout = Layout(volumes: [slices], affine: affine, hasGeometry: false, notes: notes)
    if instances.count == 1, instances[0].frameTime != nil {
      layout.isCine = true
      layout.volumes = slices.map { [$0] }
      layout.notes.append("the images have no place in space: they are frames in time")
    } else {
      layout.notes.append("the images have no common geometry: they are in the order of their numbers")
    }
    return layout
  }

  /// Slices sorted by position; those that share one become a channel axis.
  private func stacks(
    _ slices: [DICOMSlice], along normal: SIMD3<Double>, _ channels: inout DICOMChannels, at name: String
  ) throws(ImageError) -> [[DICOMSlice]] {
    let placed = slices.map { (distance: dot($0.position ?? .zero, normal), slice: $0) }
      .enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
    var groups: [(distance: Double, slices: [DICOMSlice])] = []
    for (_, element) in placed {
      // A hundredth of a millimeter is noise in decimal strings, not a gap.
      if let last = groups.last, abs(last.distance - element.distance) < 0.01 {
        groups[groups.count - 1].slices.append(element.slice)
      } else {
        groups.append((element.distance, [element.slice]))
      }
    }
    let counts = Set(groups.map(\.slices.count))
    guard counts.count == 1 else {
      let most = groups.map(\.slices.count).max() ?? 0
      let lacking = groups.filter { $0.slices.count < most }
      let places = lacking.prefix(8).map { "\(rounded($0.distance))" }.joined(separator: ", ")
      throw ImageError(
        "positions have different numbers of images: most \(most), but \(lacking.count) of \(groups.count) "
          + "fewer (at \(places)\(lacking.count > 8 ? ", …" : "") mm along the normal)", at: name,
        remedy: "add the missing files, or take the extra ones out of the folder")
    }
    let sorted = groups.map { $0.slices.sorted(by: DICOMSlice.isBefore) }
    channels = DICOMChannels(sorted)
    return channels.volumes
  }

  private func affine(
    of volume: [DICOMSlice], _ first: DICOMFrame, _ normal: SIMD3<Double>, _ notes: inout [String]
  ) -> Affine {
    let spacing = first.spacing ?? (1, 1)
    if first.spacing == nil { notes.append("the file gives no pixel spacing; 1 mm is assumed") }
    let directions = first.directions ?? (.zero, .zero)
    let origin = volume.first?.position ?? .zero
    var k = normal * (first.distance > 0 ? first.distance : 1)
    if volume.count > 1, let last = volume.last?.position {
      k = (last - origin) / Double(volume.count - 1)
      noteGaps(volume.map { dot($0.position ?? .zero, normal) }, &notes)
      let cosine = abs(dot(k, normal)) / (length(k) * length(normal))
      // Half a degree: more than decimal strings lose.
      if cosine < 0.99996 {
        let degrees = rounded(acos(min(1, cosine)) * 180 / .pi)
        notes.append(
          "slices are shifted against each other by \(degrees)° (gantry tilt); the affine keeps it")
      }
    }
    return Affine(i: directions.i * spacing.i, j: directions.j * spacing.j, k: k, origin: origin)
  }

  /// Nothing is put into gaps: the affine has the mean distance, and the note says where slices are missing.
  private func noteGaps(_ distances: [Double], _ notes: inout [String]) {
    let gaps = zip(distances.dropFirst(), distances).map { $0 - $1 }
    let (low, high) = (gaps.min() ?? 0, gaps.max() ?? 0)
    guard high - low > max(0.02 * high, 0.01) else { return }
    var note = "slices are not evenly spaced: gaps from \(rounded(low)) to \(rounded(high)) mm"
    // The usual distance, where most gaps have it and the others are multiples.
    let usual = gaps.sorted()[gaps.count / 2]
    let steps = gaps.map { ($0 / usual).rounded() }
    if usual > 0, zip(gaps, steps).allSatisfy({ abs($0 - $1 * usual) <= 0.02 * usual && $1 >= 1 }) {
      let missing = zip(distances, steps).filter { $0.1 > 1 }
      let count = Int(missing.reduce(0) { $0 + $1.1 - 1 })
      let places = missing.prefix(5).map { "\(rounded($0.0))" }.joined(separator: ", ")
      note +=
        "; \(count) of \(rounded(usual)) mm are missing, after the slices at \(places) mm along the normal"
    }
    notes.append(note + "; the affine has the mean distance")
  }
}
