import Foundation
import MedVoxel

/// Philips PAR/REC: a `.PAR` text of version 4, 4.1 or 4.2 and a `.REC` file of slices.
///
/// Slices are sorted by their number; each repetition of a slice (echo, dynamic, phase, b-value, type) is a volume, in
/// the file's order. Values are those displayed on the console, `DV = PV · RS + RI`; the scale slope is among
/// the facts, and `FP = DV / (RS · SS)`.
///
/// Source: the comments of the format itself; the geometry as nibabel has it, around the scanner's isocenter.
public enum PARREC: ImageCodec {
  public static let name = "PAR/REC"
  public static let suffixes = [".par", ".rec"]

  public static func recognizes(_ head: [UInt8]) -> Bool {
    head.starts(with: Array("# === DATA DESCRIPTION FILE".utf8))
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let isHeader = try recognizes(source.prefix(64))
    let par = isHeader ? source : try partner(of: source, [".rec": ".par", ".REC": ".PAR", ".Rec": ".Par"])
    let text = try PARHeader(par.bytes(from: 0), at: par.name)
    let layout = try PARLayout(text, isLenient: options.permitsTruncated, at: par.name)
    let rec = isHeader ? try partner(of: par, [".par": ".rec", ".PAR": ".REC", ".Par": ".Rec"]) : source
    var header = ImageHeader(
      format: "\(name) \(text.version)", shape: layout.shape, type: layout.type, affine: layout.affine)
    (header.timeStep, header.facts, header.notes) = (layout.timeStep, layout.facts, layout.notes)
    let isScaledApart = header.scale(layout.slices.map(\.rescale), unit: "slices")
    let count = layout.shape[0] * layout.shape[1]
    let slabs = layout.slices.map { slice in
      SlabVoxels.Slab(
        offset: slice.index * count * layout.type.byteCount, type: layout.type,
        scale: isScaledApart
          ? SlabScale(slope: slice.rescale.slope, intercept: slice.rescale.intercept) : nil)
    }
    let voxels = SlabVoxels(
      source: rec, slabs: slabs, isSwapped: isHostBigEndian, axes: layout.shape,
      order: Array(layout.shape.indices))
    try voxels.check()
    return OpenImage(header: header, voxels: voxels, location: rec.name)
  }

  /// The pair's other file, whose ending is in the same case or the other one.
  private static func partner(
    of source: FileSource, _ endings: [String: String]
  ) throws(ImageError) -> FileSource {
    let name = source.url.lastPathComponent
    let packing = name.lowercased().hasSuffix(".gz") ? String(name.suffix(3)) : ""
    let base = name.dropLast(packing.count)
    guard let (ending, other) = endings.first(where: { base.hasSuffix($0.key) }) else {
      throw ImageError(
        "expected a name that ends in .PAR or .REC", at: source.name, remedy: "rename the pair of files")
    }
    let stem = base.dropLast(ending.count)
    for candidate in [other, other.lowercased(), other.uppercased()] {
      for packing in ["", ".gz"] {
        let url = try SiblingFile.url(stem + candidate + packing, besides: source)
        if FileManager.default.fileExists(atPath: url.path) { return try FileSource(url) }
      }
    }
    throw ImageError(
      "the other file of the pair, \(stem)\(other), is missing", at: source.name,
      remedy: "put both files of the pair into one folder")
  }
}
