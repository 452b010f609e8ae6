import MedVoxel

/// Analyze 7.5: pairs of `.hdr` and `.img` without NIfTI's magic.
///
/// Source: the format's `dbh.h`; SPM's scale factor and origin as nibabel has them. The files don't say where left
/// is; as usual the first axis is taken to run to the left, and without SPM's origin the grid's middle is world zero.
public enum Analyze: ImageCodec {
  public static let name = "Analyze"
  public static let suffixes = [".hdr", ".img"]
  private static let headerSize = 348

  public static func recognizes(_ head: [UInt8]) -> Bool {
    guard head.count >= headerSize, NIfTIHeader.kind(of: head) == nil else { return false }
    return [false, true].contains { isBig in
      let reader = ByteReader(bytes: head, isBigEndian: isBig)
      return reader.integer(0, as: Int32.self) == Int32(headerSize)
        && (1...7).contains(reader.integer(40, as: Int16.self))
    }
  }

  /// Whether the file is the voxels' half of such a pair.
  static func isVoxels(_ source: FileSource) throws(ImageError) -> Bool {
    guard let header = try NIfTI.partner(of: source, from: ".img", to: ".hdr") else { return false }
    return try recognizes(header.prefix(headerSize))
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    var (hdr, img): (FileSource, FileSource?) = (source, nil)
    if try recognizes(source.prefix(headerSize)) {
      img = try NIfTI.partner(of: source, from: ".hdr", to: ".img")
    } else if let other = try NIfTI.partner(of: source, from: ".img", to: ".hdr") {
      (hdr, img) = (other, source)
    }
    let head = try hdr.prefix(headerSize)
    guard recognizes(head) else {
      throw ImageError("expected an Analyze header of 348 bytes, found something else", at: hdr.name)
    }
    let isBig = ByteReader(bytes: head, isBigEndian: true).integer(0, as: Int32.self) == Int32(headerSize)
    let reader = ByteReader(bytes: head, isBigEndian: isBig)
    var problems: [Problem] = []
    func short(_ at: Int) -> Int { Int(reader.integer(at, as: Int16.self)) }
    var shape = (1...short(40)).map { short(40 + 2 * $0) }
    while shape.count > 3, shape.last ?? 1 <= 1 { shape.removeLast() }
    if shape.contains(where: { $0 < 1 }) {
      problems.append(Problem("expected axes of at least 1 voxel, found dim \(shape)", at: hdr.name))
    }
    let types: [Int: (VoxelType, ImageHeader.Components)] = [
      2: (.uint8, .scalar), 4: (.int16, .scalar), 8: (.int32, .scalar), 16: (.float32, .scalar),
      32: (.float32, .complex), 64: (.float64, .scalar), 128: (.uint8, .rgb),
    ]
    let type = types[short(70)]
    if type == nil {
      problems.append(Problem("the data type \(short(70)) is not read", at: hdr.name))
    }
    let affine = affine(reader, shape: shape)
    if affine.isSingular {
      problems.append(
        Problem("the spacing gives no usable geometry: \(affine.rows.prefix(3))", at: hdr.name))
    }
    let offset = reader.float(108)
    if !(0...1e15 ~= offset) {
      problems.append(Problem("the voxels can't begin at byte \(offset) (vox_offset)", at: hdr.name))
    }
    guard problems.isEmpty, let type else { throw ImageError(problems) }
    guard let img else {
      throw ImageError(
        "the header's other half, the .img file, is missing", at: hdr.name,
        remedy: "put both files of the pair into one folder")
    }
    var header = ImageHeader(
      format: name, shape: shape, components: type.1, type: type.0, affine: affine, hasGeometry: false)
    if let rescale = rescale(reader), type.1 != .rgb { header.rescale = rescale }
    let description = reader.text(148..<228)
    header.facts = [.init("datatype", "\(short(70))")]
    if !description.isEmpty { header.facts.append(.init("descrip", description)) }
    header.notes.append("Analyze files don't say where left is: the first axis is taken to run to the left")
    return OpenImage(
      header: header,
      voxels: EncodedVoxels(source: img, offset: Int(offset), isSwapped: isBig != isHostBigEndian),
      location: img.name)
  }

  /// SPM's rule: the scale factor in the header's spare fields, else the calibrated range over the stored one.
  private static func rescale(_ reader: ByteReader) -> Rescale? {
    let (slope, intercept) = (reader.float(112), reader.float(116))
    if slope.isFinite, slope != 0 {
      return Rescale(slope: slope, intercept: intercept.isFinite ? intercept : 0)
    }
    let stored = Double(reader.integer(140, as: Int32.self)) - Double(reader.integer(144, as: Int32.self))
    let real = reader.float(124) - reader.float(128)
    guard stored != 0, real != 0, real.isFinite else { return nil }
    let factor = real / stored
    return Rescale(
      slope: factor,
      intercept: reader.float(128) - factor * Double(reader.integer(144, as: Int32.self)))
  }

  private static func affine(_ reader: ByteReader, shape: [Int]) -> Affine {
    func axis(_ index: Int) -> Double { index < shape.count ? Double(shape[index]) : 1 }
    func spacing(_ index: Int) -> Double {
      let value = reader.float(76 + 4 * (index + 1))
      return index < shape.count ? value : value > 0 ? value : 1
    }
    // SPM's origin counts voxels from one; zero means none.
    let origin = (0..<3).map { Double(reader.integer(253 + 2 * $0, as: Int16.self)) }
    let isPlaced =
      origin.contains { $0 != 0 }
      && (0..<3).allSatisfy { origin[$0] > -axis($0) && origin[$0] < 2 * axis($0) }
    func middle(_ index: Int) -> Double { isPlaced ? origin[index] - 1 : (axis(index) - 1) / 2 }
    let steps: SIMD3<Double> = [-spacing(0), spacing(1), spacing(2)]
    return Affine(spacing: steps, origin: steps * [-middle(0), -middle(1), -middle(2)])
  }
}
