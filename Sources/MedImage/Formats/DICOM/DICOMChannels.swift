import MedVoxel

/// What tells the repetitions of a volume apart: echoes, diffusion weightings, phases, times.
struct DICOMChannels: Sendable {
  /// `[repetition][k]`.
  private(set) var volumes: [[DICOMSlice]] = []
  /// The facets that differ between repetitions, with a value for each.
  private(set) var facets: [(name: DICOMFacets.Name, values: [Double])] = []
  /// Seconds between repetitions, where they are evenly spaced in time.
  private var timeStep: Double?

  init() {}

  /// - Parameter groups: the slices at each position, as many everywhere, in the order of their numbers.
  init(_ groups: [[DICOMSlice]]) {
    let count = groups.first?.count ?? 0
    volumes = (0..<count).map { repetition in groups.map { $0[repetition] } }
    guard count > 1 else { return }
    // Numbers may run differently at each position. Then the facets that the positions share give the order.
    let shared = DICOMFacets.Name.allCases.filter { Self.isShared($0, groups) }
    if shared.contains(where: { name in volumes.contains { Self.uniform(name, $0) == nil } }) {
      let sorted = groups.map { group in
        group.sorted { a, b in
          for name in shared {
            if let x = a.place.facets[name], let y = b.place.facets[name], x != y { return x < y }
          }
          return DICOMSlice.isBefore(a, b)
        }
      }
      volumes = (0..<count).map { repetition in sorted.map { $0[repetition] } }
    }
    for name in DICOMFacets.Name.allCases where name != .acquisitionTime {
      let values = volumes.map { Self.uniform(name, $0) }
      let known = values.compactMap { $0 }
      if known.count == count, Set(known).count > 1 { facets.append((name, known)) }
    }
    findTimes()
  }

  /// Whether every position has the same values of a facet, more than one of them.
  private static func isShared(_ name: DICOMFacets.Name, _ groups: [[DICOMSlice]]) -> Bool {
    guard name != .acquisitionTime else { return false }
    let first = values(name, groups[0])
    return Set(first).count > 1 && first.count == groups[0].count
      && groups.allSatisfy { values(name, $0) == first }
  }

  private static func values(_ name: DICOMFacets.Name, _ slices: [DICOMSlice]) -> [Double] {
    slices.compactMap { $0.place.facets[name] }.sorted()
  }

  private static func uniform(_ name: DICOMFacets.Name, _ slices: [DICOMSlice]) -> Double? {
    guard let value = slices.first?.place.facets[name],
      slices.allSatisfy({ $0.place.facets[name] == value })
    else { return nil }
    return value
  }

  /// Echoes and weightings are no series in time.
  private var isTime: Bool {
    volumes.count > 1 && facets.allSatisfy { $0.name == .temporalPosition || $0.name == .triggerTime }
  }

  /// Seconds between repetitions: measured, or else the repetition time that the file gives.
  func timeStep(repetition: Double?) -> Double? { isTime ? timeStep ?? repetition : nil }

  /// A volume's time is that of its first slice.
  private mutating func findTimes() {
    guard isTime else { return }
    let triggers = facets.first { $0.name == .triggerTime }?.values.map { $0 / 1000 }
    let acquired = volumes.compactMap { volume in
      volume.compactMap { $0.place.facets[.acquisitionTime] }.min()
    }
    let times = triggers ?? acquired
    guard times.count == volumes.count, let first = times.first, let last = times.last else { return }
    let step = (last - first) / Double(times.count - 1)
    guard step > 0, zip(times.dropFirst(), times).allSatisfy({ abs($0 - $1 - step) <= 0.05 * step }) else {
      return
    }
    timeStep = (step * 1e6).rounded() / 1e6
  }

  /// Facts for the header: what the channels are.
  var facts: [ImageHeader.Fact] {
    guard volumes.count > 1 else { return [] }
    var names = facets.map(\.name.text)
    if names.isEmpty, timeStep != nil { names = ["AcquisitionTime"] }
    let axis = ImageHeader.Fact(
      "channels",
      names.isEmpty ? "images repeated at each position, by number" : names.joined(separator: ", "))
    return [axis]
      + facets.map { facet in
        let texts = facet.values.map { DICOMFacets.text(facet.name, $0) }
        let shown = texts.count <= 24 ? texts : texts.prefix(12) + ["…"] + texts.suffix(2)
        return ImageHeader.Fact(facet.name.text, shown.joined(separator: ", "))
      }
  }
}
