import Foundation
import MedVoxel

/// AFNI: pairs of a `.HEAD` text and a `.BRIK` of voxels, the latter plain or under gzip or bzip2.
///
/// Source: AFNI's README.attributes. Sub-bricks are the fourth axis. One scale factor for all of them becomes
/// the header's; sub-bricks of different factors or types are read as doubles of their real values.
public enum AFNI: ImageCodec {
  public static let name = "AFNI"
  public static let suffixes = [".head", ".brik", ".brik.bz2"]

  public static func recognizes(_ head: [UInt8]) -> Bool {
    let text = head.drop { $0 <= 32 }
    guard text.starts(with: Array("type".utf8)) else { return false }
    let line = text.prefix { $0 != UInt8(ascii: "\n") }
    return MetaImageHeader.trimmed(line).hasSuffix("-attribute")
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let head = try recognizes(source.prefix(1024)) ? source : headerFile(of: source)
    let attributes = try AFNIHeader(head.bytes(from: 0), at: head.name)
    let layout = try AFNILayout(attributes, at: head.name)
    let brik = try brik(of: head)
    var header = ImageHeader(
      format: name, shape: layout.shape, components: layout.components, type: layout.types[0],
      affine: layout.affine, hasGeometry: layout.hasGeometry)
    (header.timeStep, header.facts, header.notes) = (layout.timeStep, layout.facts, layout.notes)
    let isUniform = layout.types.allSatisfy { $0 == layout.types[0] }
    let isScaledApart = header.scale(
      layout.factors.map { Rescale(slope: $0, intercept: 0) }, unit: "sub-bricks")
    if !isUniform, !isScaledApart {
      header.notes.append("sub-bricks have different types; they are read as doubles")
      header.type = .float64
    }
    let isPacked = brik.url.pathExtension.lowercased() == "bz2"
    let components = layout.components.count
    let axes = (components > 1 ? [components] : []) + layout.shape
    let order =
      components > 1 ? [1, 2, 3, 0] + Array(4..<max(4, axes.count)) : Array(axes.indices)
    if isUniform, !isScaledApart {
      let voxels = PartedVoxels(
        parts: [VoxelPart(place: .opened(brik), encoding: isPacked ? .bzip2 : .raw)],
        isSwapped: layout.isSwapped, axes: axes, order: order, location: brik.name)
      try voxels.check(layout.types[0])
      if components > 1, !isPacked {
        return OpenImage(
          header: header, voxels: EncodedVoxels(source: brik, offset: 0, isSwapped: layout.isSwapped),
          location: brik.name)
      }
      return OpenImage(header: header, voxels: try voxels.inOnePiece ?? voxels, location: brik.name)
    }
    var offset = 0
    let count = layout.shape.prefix(3).reduce(components, *)
    let slabs = zip(layout.types, layout.factors).map { type, factor in
      defer { offset += count * type.byteCount }
      return SlabVoxels.Slab(offset: offset, type: type, scale: SlabScale(slope: factor))
    }
    let voxels = SlabVoxels(
      source: brik, slabs: slabs, isSwapped: layout.isSwapped, axes: axes, order: order,
      isBzip2: isPacked)
    try voxels.check()
    return OpenImage(header: header, voxels: voxels, location: brik.name)
  }

  private static let packings = ["", ".gz", ".bz2", ".Z", ".zst"]

  /// The header beside the voxels.
  private static func headerFile(of brik: FileSource) throws(ImageError) -> FileSource {
    var name = brik.url.lastPathComponent
    for packing in packings.dropFirst() where name.lowercased().hasSuffix(packing.lowercased()) {
      name.removeLast(packing.count)
    }
    guard name.lowercased().hasSuffix(".brik") else {
      throw ImageError(
        "expected the attributes of an AFNI header, found something else", at: brik.name,
        remedy: "name the .HEAD file")
    }
    let isUpper = name.hasSuffix("K")
    name.removeLast(5)
    return try FileSource(SiblingFile.url(name + (isUpper ? ".HEAD" : ".head"), besides: brik))
  }

  /// The voxels beside the header.
  private static func brik(of head: FileSource) throws(ImageError) -> FileSource {
    var name = head.url.lastPathComponent
    guard name.lowercased().hasSuffix(".head") else {
      throw ImageError("expected a name that ends in .HEAD", at: head.name, remedy: "rename the file")
    }
    let ending = name.hasSuffix("D") ? ".BRIK" : ".brik"
    name.removeLast(5)
    for packing in packings {
      let url = try SiblingFile.url(name + ending + packing, besides: head)
      guard FileManager.default.fileExists(atPath: url.path) else { continue }
      guard packing != ".Z", packing != ".zst" else {
        throw ImageError(
          "the voxels are packed as \(packing), which is not read", at: url.path,
          remedy: "unpack them, or pack them with gzip")
      }
      return try FileSource(url, isPlain: packing == ".bz2")
    }
    throw ImageError(
      "the voxels, \(name)\(ending), are missing", at: head.name,
      remedy: "put both files of the pair into one folder")
  }
}
