import Foundation
import MedVoxel

/// NRRD: `.nrrd`, or `.nhdr` with its voxels in other files; raw, gzip, bzip2, text or hexadecimal.
///
/// Source: "Definition of NRRD File Format" (teem.sourceforge.net/nrrd/format.html). Without a space the image
/// is taken to lie in LPS, as ITK has it. Axes that are none of space become channels.
public enum NRRD: WritableImageCodec {
  public static let name = "NRRD"
  public static let suffixes = [".nrrd", ".nhdr"]
  public static let writtenSuffixes = suffixes
  public static let holds: ImageContent = [.geometry, .doubles, .timeStep, .colors, .complex]

  public static func recognizes(_ head: [UInt8]) -> Bool {
    head.count >= 8 && head.starts(with: Array("NRRD000".utf8)) && (49...53).contains(head[7])
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let fields = try NRRDHeader(source.prefix(NRRDHeader.limit), at: source.name)
    var problems: [Problem] = []
    func complain(_ statement: String, remedy: String? = nil) {
      problems.append(Problem(statement, at: source.name, remedy: remedy))
    }
    let type = type(fields["type"] ?? "")
    if type == nil { complain("the type “\(fields["type"] ?? "")” is not read") }
    let encoding = encoding(fields["encoding"] ?? "")
    if encoding == nil {
      complain(
        "the encoding “\(fields["encoding"] ?? "")” is not read",
        remedy: "known are raw, gzip, bzip2, ascii and hex")
    }
    let (lines, skip) = (Int(fields["line skip"] ?? "0"), Int(fields["byte skip"] ?? "0"))
    if lines ?? -1 < 0 {
      complain("expected a line skip of at least 0, found “\(fields["line skip"] ?? "")”")
    }
    if skip ?? -2 < -1 {
      complain("expected a byte skip of at least -1, found “\(fields["byte skip"] ?? "")”")
    }
    let endian = fields["endian"]?.lowercased()
    if let endian, endian != "little", endian != "big" {
      complain("expected little or big for endian, found “\(endian)”")
    }
    let axes = NRRDAxes(fields, type: type) { complain($0) }
    guard problems.isEmpty, let type, let encoding, let lines, let skip else { throw ImageError(problems) }
    let bytes = axes.sizes.reduce(Optional(type.byteCount)) { count, axis in
      guard let count else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      return overflow ? nil : product
    }
    guard bytes != nil else {
      throw ImageError("the header claims \(axes.sizes) voxels, more than any file holds", at: source.name)
    }

    var header = ImageHeader(
      format: name, shape: axes.shape, components: axes.components, type: type, affine: axes.affine,
      hasGeometry: axes.hasGeometry)
    (header.timeStep, header.facts, header.notes) = (axes.timeStep, fields.facts, axes.notes)
    let isOrdered = type.byteCount > 1 && encoding != .text
    if isOrdered, endian == nil { header.notes.append("the header has no endian; it is taken as little") }
    let part = VoxelPart(
      place: .opened(source), offset: 0, lines: lines, skip: skip < 0 ? nil : skip, encoding: encoding)
    let voxels = PartedVoxels(
      parts: try parts(fields, part, limit: axes.sizes.reduce(1, *), in: source),
      isSwapped: isOrdered && (endian == "big") != isHostBigEndian, axes: axes.sizes, order: axes.order,
      location: source.name)
    try voxels.check(type)
    return OpenImage(header: header, voxels: try voxels.inOnePiece ?? voxels, location: source.name)
  }

  private static func parts(
    _ fields: NRRDHeader, _ part: VoxelPart, limit: Int, in source: FileSource
  ) throws(ImageError) -> [VoxelPart] {
    var part = part
    guard let data = fields["data file"] else {
      part.offset = fields.end
      return [part]
    }
    var names = [data]
    let words = data.split(separator: " ").map(String.init)
    if words.first?.uppercased() == "LIST" {
      names = fields.list
    } else if data.contains("%"), words.count >= 4 {
      let counts = words.dropFirst().prefix(3).compactMap { Int($0) }
      guard counts.count == 3 else {
        throw ImageError("expected data file: pattern first last step, found “\(data)”", at: source.name)
      }
      names = try SiblingFile.names(
        pattern: words[0], from: counts[0], to: counts[1], step: counts[2], limit: limit, at: source.name)
    }
    guard names.count <= limit else {
      throw ImageError("the header names \(names.count) files for \(limit) voxels", at: source.name)
    }
    var parts: [VoxelPart] = []
    for name in names {
      part.place = .file(try SiblingFile.url(name, besides: source))
      parts.append(part)
    }
    return parts
  }

  private static func encoding(_ name: String) -> VoxelPart.Encoding? {
    switch name.lowercased() {
    case "raw": .raw
    case "gz", "gzip": .deflate
    case "bz2", "bzip2": .bzip2
    case "txt", "text", "ascii": .text
    case "hex": .hex
    default: nil
    }
  }

  /// The format's many names for a type.
  static func type(_ name: String) -> VoxelType? {
    switch name.lowercased() {
    case "signed char", "int8", "int8_t": .int8
    case "uchar", "unsigned char", "uint8", "uint8_t": .uint8
    case "short", "short int", "signed short", "signed short int", "int16", "int16_t": .int16
    case "ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t": .uint16
    case "int", "signed int", "int32", "int32_t": .int32
    case "uint", "unsigned int", "uint32", "uint32_t": .uint32
    case "longlong", "long long", "long long int", "signed long long", "signed long long int", "int64",
      "int64_t":
      .int64
    case "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t": .uint64
    case "float": .float32
    case "double": .float64
    default: nil
    }
  }
}
