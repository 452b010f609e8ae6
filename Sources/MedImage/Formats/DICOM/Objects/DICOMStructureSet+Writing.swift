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
    let (size, plane) = (reference.grid.size, reference.grid.size.x * reference.grid.size.y)
    let slices = Parallel.map(size.z) { slice -> [UInt16: [[SliceOutlines.Corner]]] in
      voxels.withUnsafeBuffer { all in
        let pixels = UnsafeBufferPointer(rebasing: all[slice * plane..<(slice + 1) * plane])
        var found: [UInt16: [[SliceOutlines.Corner]]] = [:]
        for (label, box) in boxes(pixels, width: size.x) {
          let outlines = SliceOutlines(width: box.columns.count, height: box.rows.count) { x, y in
            pixels[(y + box.rows.lowerBound) * size.x + x + box.columns.lowerBound] == label
          }
          let shift = SliceOutlines.Corner(Int32(box.columns.lowerBound), Int32(box.rows.lowerBound))
          let loops = writing.holes == .keyhole ? outlines.keyholes : outlines.separate
          found[label] = loops.map { $0.map { $0 &+ shift } }
        }
        return found
      }
    }
    guard slices.contains(where: { !$0.isEmpty }) else {
      throw ImageError("the label map is empty: it has no outlines", at: url.path)
    }
    try StructureObject(reference: reference, writing: writing, slices: slices).data().write(to: url)
  }

  /// The rows and columns that each class of a slice takes.
  private static func boxes(
    _ pixels: UnsafeBufferPointer<UInt16>, width: Int
  ) -> [UInt16: (columns: Range<Int>, rows: Range<Int>)] {
    var boxes: [UInt16: (columns: Range<Int>, rows: Range<Int>)] = [:]
    var index = 0
    while index < pixels.count {
      let (label, y, start) = (pixels[index], index / width, index % width)
      var end = start + 1
      while end < width, pixels[y * width + end] == label { end += 1 }
      if label != 0 {
        let old = boxes[label] ?? (start..<end, y..<y + 1)
        boxes[label] = (
          min(old.columns.lowerBound, start)..<max(old.columns.upperBound, end), old.rows.lowerBound..<y + 1
        )
      }
      index = y * width + end
    }
    return boxes
  }
}

/// The data set of a new structure set (PS3.3 A.19).
private struct StructureObject {
  var reference: DICOMReference
  var writing: DICOMStructureSet.Writing
  /// The outlines of each class of each slice.
  var slices: [[UInt16: [[SliceOutlines.Corner]]]]

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
    let labels = Set(slices.flatMap(\.keys)).sorted()
    let regions = labels.map {
      described[Int($0)] ?? DICOMStructureSet.Region(number: Int($0), name: "class \($0)")
    }
    object.set(Tag.regions, items: regions.map { item($0, frame) })
    object.set(Tag.outlines, items: zip(regions, labels).map { outlines($0, $1) })
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

  private func outlines(_ region: DICOMStructureSet.Region, _ label: UInt16) -> DICOMDataSet {
    var contours: [DICOMDataSet] = []
    let columns = reference.grid.affine.columns
    for (slice, found) in slices.enumerated() {
      // Corners count from the outer corner of the first pixel.
      let origin = reference.slices[slice].position - (columns.i + columns.j) / 2
      for loop in found[label] ?? [] {
        var item = DICOMDataSet()
        item.set(Tag.images, items: [reference.item(reference.slices[slice])])
        item.set(Tag.geometry, "CS", writing.holes == .keyhole ? "CLOSED_PLANAR" : "CLOSEDPLANAR_XOR")
        item.set(Tag.pointCount, "IS", "\(loop.count)")
        item.set(
          Tag.points, "DS",
          loop.flatMap { corner in
            let p = origin + columns.i * Double(corner.x) + columns.j * Double(corner.y)
            return [-p.x, -p.y, p.z].map(Self.text)
          })
        contours.append(item)
      }
    }
    var item = DICOMDataSet()
    let usual = LabelColors.color(of: label)
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
