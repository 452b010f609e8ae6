import Foundation
import MedVoxel

/// MetaImage: `.mha`, or `.mhd` with its voxels in other files, compressed or not.
///
/// Source: the MetaIO documentation (ITK). A row of `TransformMatrix` is the direction of an axis; positions are
/// LPS. Channels of a voxel come after all axes; the fourth spacing is the time step.
public enum MetaImage: WritableImageCodec {
  public static let name = "MetaImage"
  public static let suffixes = [".mha", ".mhd"]
  public static let writtenSuffixes = suffixes
  public static let holds: ImageContent = [.geometry, .doubles, .timeStep]

  /// Element types by name. A `long` has 32 bits, as MetaIO has it on every machine.
  static let types: [(name: String, type: VoxelType)] = [
    ("MET_UCHAR", .uint8), ("MET_CHAR", .int8), ("MET_USHORT", .uint16), ("MET_SHORT", .int16),
    ("MET_UINT", .uint32), ("MET_INT", .int32), ("MET_ULONG_LONG", .uint64), ("MET_LONG_LONG", .int64),
    ("MET_FLOAT", .float32), ("MET_DOUBLE", .float64), ("MET_ULONG", .uint32), ("MET_LONG", .int32),
    ("MET_ASCII_CHAR", .int8),
  ]

  public static func recognizes(_ head: [UInt8]) -> Bool {
    let line = MetaImageHeader.trimmed(head.drop { $0 <= 32 }.prefix { $0 != UInt8(ascii: "\n") })
    let key = MetaImageHeader.trimmed(line.utf8.prefix { $0 != UInt8(ascii: "=") })
    return line.contains("=")
      && [
        "ObjectType", "ObjectSubType", "NDims", "Comment", "FileFormatVersion", "TransformType",
        "AcquisitionDate",
      ].contains(key)
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let fields = try MetaImageHeader(source.prefix(MetaImageHeader.limit), at: source.name)
    var problems: [Problem] = []
    func complain(_ statement: String, remedy: String? = nil) {
      problems.append(Problem(statement, at: source.name, remedy: remedy))
    }
    if let kind = fields["ObjectType"], kind.lowercased() != "image" {
      complain("expected ObjectType = Image, found \(kind)", remedy: "the file holds no image")
    }
    let dims = fields["NDims"].flatMap { Int($0) } ?? 0
    if !(1...7).contains(dims) { complain("expected NDims of 1 to 7, found \(fields["NDims"] ?? "none")") }
    var shape = MetaImageHeader.words(fields["DimSize"] ?? "").compactMap { Int($0) }
    if shape.count != dims || shape.contains(where: { $0 < 1 }) {
      complain("expected DimSize with \(dims) positive numbers, found “\(fields["DimSize"] ?? "")”")
    }
    let channels = fields["ElementNumberOfChannels"].map { Int($0) ?? 0 } ?? 1
    if channels < 1 {
      complain(
        "expected a positive ElementNumberOfChannels, found “\(fields["ElementNumberOfChannels"] ?? "")”")
    }
    var typeName = fields["ElementType"] ?? "none"
    if typeName.hasSuffix("_ARRAY") { typeName.removeLast(6) }
    let type = types.first { $0.name == typeName }?.type
    if type == nil {
      complain(
        "the ElementType \(typeName) is not read",
        remedy: "known are \(types.map(\.name).joined(separator: ", "))")
    }
    let affine = affine(fields, dims: min(max(dims, 0), 7), complain: { complain($0) })
    guard problems.isEmpty, let type else { throw ImageError(problems) }

    let axes = (channels > 1 ? [channels] : []) + shape
    guard axes.reduce(Optional(type.byteCount), { product($0, $1) }) != nil else {
      throw ImageError("the header claims \(axes) voxels, more than any file holds", at: source.name)
    }
    // In memory channels come last, after three axes at least.
    let order = (channels > 1 ? Array(1..<axes.count) + [0] : Array(axes.indices))
    while shape.count > 3, shape.last == 1 { shape.removeLast() }
    let hasTime = shape.count > 3
    if channels > 1 { shape += [Int](repeating: 1, count: max(0, 3 - shape.count)) + [channels] }
    var header = ImageHeader(
      format: name, shape: shape, type: type, affine: affine,
      hasGeometry: fields["Offset", "Position", "Origin", "TransformMatrix", "Orientation"] != nil)
    if hasTime, let step = numbers(fields["ElementSpacing"]).dropFirst(3).first, step > 0, step.isFinite {
      header.timeStep = step
    }
    header.facts = fields.fields.map { .init($0.key, $0.value) }
    if !header.hasGeometry {
      header.notes.append("the header has no offset and no directions: position and orientation are made up")
    }
    let parts = try parts(fields, axes: axes, type: type, in: source)
    let isSwapped =
      fields.flag("BinaryDataByteOrderMSB", "ElementByteOrderMSB") != isHostBigEndian
      && parts.first?.encoding != .text
    let voxels = PartedVoxels(
      parts: parts, isSwapped: isSwapped && type.byteCount > 1, axes: axes, order: order,
      location: source.name)
    try voxels.check(type)
    return OpenImage(header: header, voxels: try voxels.inOnePiece ?? voxels, location: source.name)
  }

  private static func product(_ count: Int?, _ axis: Int) -> Int? {
    guard let count else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: axis)
    return overflow ? nil : product
  }

  private static func numbers(_ value: String?) -> [Double] {
    MetaImageHeader.words(value ?? "").map { Double($0) ?? .nan }
  }

  // MARK: Geometry

  private static func affine(
    _ fields: MetaImageHeader, dims: Int, complain: (String) -> Void
  ) -> Affine {
    /// The numbers of a field; where it is missing, nil; complains where it has too few.
    func numbers(_ keys: [String], _ count: Int) -> [Double]? {
      guard let key = keys.first(where: { fields[$0] != nil }) else { return nil }
      let numbers = Self.numbers(fields[key])
      if numbers.count >= count, numbers.allSatisfy(\.isFinite) { return numbers }
      complain("expected \(count) numbers in \(key), found “\(fields[key] ?? "")”")
      return nil
    }
    let spacing = numbers(["ElementSpacing", "ElementSize"], dims)
    let matrix = numbers(["TransformMatrix", "Orientation", "Rotation"], dims * dims)
    let offset = numbers(["Offset", "Position", "Origin"], dims)
    let used = min(dims, 3)
    func column(_ axis: Int) -> SIMD3<Double> {
      guard axis < used else { return axis == 2 ? [0, 0, 1] : axis == 1 ? [0, -1, 0] : [-1, 0, 0] }
      var direction = SIMD3<Double>.zero
      for row in 0..<used { direction[row] = matrix?[axis * dims + row] ?? (row == axis ? 1 : 0) }
      return direction * (spacing?[axis] ?? 1) * [-1, -1, 1]
    }
    var origin = SIMD3<Double>.zero
    for axis in 0..<used { origin[axis] = (offset?[axis] ?? 0) * (axis < 2 ? -1 : 1) }
    let affine = Affine(i: column(0), j: column(1), k: column(2), origin: origin)
    if affine.isSingular {
      complain("TransformMatrix and ElementSpacing give no usable geometry: \(affine.rows.prefix(3))")
    }
    return affine
  }

  // MARK: Voxels

  private static func parts(
    _ fields: MetaImageHeader, axes: [Int], type: VoxelType, in source: FileSource
  ) throws(ImageError) -> [VoxelPart] {
    let data = fields["ElementDataFile"] ?? ""
    let isText = fields["BinaryData"] != nil && !fields.flag("BinaryData")
    let encoding: VoxelPart.Encoding = isText ? .text : fields.flag("CompressedData") ? .deflate : .raw
    let packed = encoding == .deflate ? fields["CompressedDataSize"].flatMap { Int($0) } : nil
    if let packed, packed < 0 {
      throw ImageError("expected a positive CompressedDataSize, found \(packed)", at: source.name)
    }
    let words = MetaImageHeader.words(data)
    if data.uppercased() == "LOCAL" {
      return [
        VoxelPart(
          place: .opened(source), offset: fields.end, encoding: encoding,
          packedCount: packed.flatMap { $0 > 0 ? $0 : nil })
      ]
    }
    let limit = axes.reduce(1, *)
    var names = [data]
    if words.first?.uppercased() == "LIST" {
      let text = try source.prefix(16 * MetaImageHeader.limit).dropFirst(fields.end)
      names = text.split(separator: UInt8(ascii: "\n")).map { MetaImageHeader.trimmed($0) }
      names.removeAll(where: \.isEmpty)
    } else if data.contains("%") {
      let counts = words.dropFirst().compactMap { Int($0) }
      guard words.count == 4 || words.count == 3, counts.count == words.count - 1, let pattern = words.first
      else {
        throw ImageError(
          "expected ElementDataFile = pattern first last step, found “\(data)”", at: source.name)
      }
      names = try SiblingFile.names(
        pattern: pattern, from: counts[0], to: counts[1], step: counts.count == 3 ? counts[2] : 1,
        limit: limit, at: source.name)
    }
    guard names.count <= limit else {
      throw ImageError(
        "the header names \(names.count) files for \(axes) voxels", at: source.name,
        remedy: "name one file for each slice")
    }
    let skip = fields["HeaderSize"].map { Int($0) ?? -2 } ?? 0
    guard skip >= -1 else {
      throw ImageError(
        "expected a HeaderSize of at least -1, found “\(fields["HeaderSize"] ?? "")”", at: source.name)
    }
    var parts: [VoxelPart] = []
    for name in names {
      parts.append(
        VoxelPart(
          place: .file(try SiblingFile.url(name, besides: source)), offset: max(0, skip),
          skip: skip < 0 ? nil : 0, encoding: encoding,
          packedCount: names.count == 1 && skip == 0 ? packed : nil))
    }
    return parts
  }
}
