public import Foundation
import MedVoxel

extension DICOMStructureSet {
  /// Choices in writing a structure set.
  public struct Writing: Sendable {
    /// How holes are told.
    public enum Holes: String, CaseIterable, Codable, Sendable {
      /// By a line that leads to the hole and back: one outline, which every reader understands.
      case keyhole
      /// By outlines of their own (CLOSEDPLANAR_XOR).
      case exclusiveOr
    }

    public var holes = Holes.keyhole
    /// What the regions are, by class number; classes without an entry are named by their numbers.
    public var regions: [Region] = []
    public var label = "Structures"
    public var identifiers: ObjectIdentifiers

    public init(
      holes: Holes = .keyhole, regions: [Region] = [], label: String = "Structures",
      identifiers: ObjectIdentifiers = .new()
    ) {
      self.holes = holes
      self.regions = regions
      self.label = label
      self.identifiers = identifiers
    }
  }

  /// Writes a label map as the outlines of a series: a region for each class that occurs.
  ///
  /// Outlines run along the edges of voxels, so that the area of each slice is exact and every reader that asks for
  /// voxels' centers gets the same label map back. Parts that touch at corners only are outlines of their own.
  ///
  /// - Throws: `ImageError` when the label map's voxels are not those of the series, it is empty, or the file can't be
  ///   written; nothing is left behind.
  public static func write(
    _ map: LabelMap, of reference: DICOMReference, to url: URL, _ writing: Writing = Writing()
  ) throws(ImageError) {
    let voxels = try reference.aligned(map)
    let contours = LabelMap(voxels: voxels, affine: reference.grid.affine).contours(.pixelEdges)
    guard !contours.contours.isEmpty else {
      throw ImageError("the label map is empty: it has no outlines", at: url.path)
    }
    var rings: [Int: [Ring]] = [:]
    for contour in contours.contours {
      guard let label = Int(contour.label), let slice = contour.slice?.index else { continue }
      func flat(_ points: [SIMD3<Double>]) -> [SIMD2<Double>] { points.map { [$0.x, $0.y] } }
      let holes = contour.holes.map(flat)
      let all =
        writing.holes == .keyhole
        ? [Keyhole.joined(flat(contour.points), holes: holes)] : [flat(contour.points)] + holes
      rings[label, default: []] += all.map { Ring(slice: slice, points: $0) }
    }
    try StructureObject(reference: reference, writing: writing, rings: rings).data().write(to: url)
  }

  /// An outline on a slice, in voxels.
  struct Ring {
    var slice: Int
    var points: [SIMD2<Double>]
  }
}

/// The data set of a new structure set (PS3.3 A.19).
private struct StructureObject {
  var reference: DICOMReference
  var writing: DICOMStructureSet.Writing
  /// The outlines of each class.
  var rings: [Int: [DICOMStructureSet.Ring]]

  private typealias Tag = DICOMStructureSet.Tag

  func data() -> DICOMDataSet {
    var object = reference.newObject(
      sopClass: DICOMStructureSet.storageClass, modality: "RTSTRUCT", description: writing.label,
      identifiers: writing.identifiers)
    object.set(Tag.label, name: writing.label, "SH", most: 16)
    object.set(Tag.date, "DA", writing.identifiers.moment.date)
    object.set(Tag.time, "TM", writing.identifiers.moment.time)
    object.set(DICOMTag(0x300e, 0x0002), "CS", "UNAPPROVED")
    let frame = reference.frameOfReference ?? DICOMIdentifier.make(from: ["frame", reference.series])
    object.set(.frameOfReference, "UI", frame)
    object.set(DICOMTag(0x0020, 0x1040), "LO", "")
    addReferences(&object, frame)
    let described = Dictionary(writing.regions.map { ($0.number, $0) }) { first, _ in first }
    let regions = rings.keys.sorted().map {
      described[$0] ?? DICOMStructureSet.Region(number: $0, name: "class \($0)")
    }
    object.set(Tag.regions, items: regions.map { item($0, frame) })
    object.set(Tag.outlines, items: regions.map(outlines))
    object.set(Tag.observations, items: regions.map(observation))
    return object
  }

  private func addReferences(_ object: inout DICOMDataSet, _ frame: String) {
    var series = DICOMDataSet()
    series.set(.series, "UI", reference.series)
    series.set(Tag.images, items: reference.instanceItems)
    var study = DICOMDataSet()
    // The retired class of studies, as others write it.
    study.set(.referencedClass, "UI", "1.2.840.10008.3.1.2.3.1")
    study.set(.referencedInstance, "UI", reference.study)
    study.set(Tag.series, items: [series])
    var frames = DICOMDataSet()
    frames.set(.frameOfReference, "UI", frame)
    frames.set(Tag.studies, items: [study])
    object.set(Tag.frames, items: [frames])
  }

  private func item(_ region: DICOMStructureSet.Region, _ frame: String) -> DICOMDataSet {
    var item = DICOMDataSet()
    item.set(Tag.number, "IS", "\(region.number)")
    item.set(DICOMTag(0x3006, 0x0024), "UI", frame)
    item.set(Tag.name, name: region.name)
    if let note = region.note { item.set(Tag.note, "ST", note) }
    item.set(Tag.algorithm, "CS", region.algorithm ?? "AUTOMATIC")
    return item
  }

  private func observation(_ region: DICOMStructureSet.Region) -> DICOMDataSet {
    var item = DICOMDataSet()
    item.set(DICOMTag(0x3006, 0x0082), "IS", "\(region.number)")
    item.set(Tag.reference, "IS", "\(region.number)")
    item.set(Tag.kind, "CS", region.kind ?? "")
    item.set(DICOMTag(0x3006, 0x00a6), "PN", "")
    return item
  }

  private func outlines(_ region: DICOMStructureSet.Region) -> DICOMDataSet {
    let columns = reference.grid.affine.columns
    let contours = (rings[region.number] ?? []).map { ring in
      let slice = reference.slices[ring.slice]
      var item = DICOMDataSet()
      item.set(Tag.images, items: [reference.item(slice)])
      item.set(Tag.geometry, "CS", writing.holes == .keyhole ? "CLOSED_PLANAR" : "CLOSEDPLANAR_XOR")
      item.set(Tag.pointCount, "IS", "\(ring.points.count)")
      item.set(
        Tag.points, "DS",
        ring.points.flatMap { point in
          let p = slice.position + columns.i * point.x + columns.j * point.y
          return [-p.x, -p.y, p.z].map(Self.text)
        })
      return item
    }
    var item = DICOMDataSet()
    let usual = LabelColors.color(of: UInt16(clamping: region.number))
    let color = region.color ?? [usual.red, usual.green, usual.blue]
    item.set(Tag.color, "IS", color.map { "\($0)" })
    item.set(Tag.contours, items: contours)
    item.set(Tag.reference, "IS", "\(region.number)")
    return item
  }

  /// To a millionth of a millimeter.
  private static func text(_ value: Double) -> String {
    DICOMDataSet.decimal((value * 1e6).rounded() / 1e6)
  }
}
