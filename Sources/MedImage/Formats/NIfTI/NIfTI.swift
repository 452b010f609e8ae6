public import Foundation
import MedVoxel

/// NIfTI-1 and NIfTI-2: `.nii`, `.nii.gz`, and pairs of `.hdr` and `.img`, each possibly under gzip.
///
/// Source: the NIfTI-1 and NIfTI-2 standards (nifti.nimh.nih.gov). Every data type but the extended floats and
/// single bits is read, in both byte orders; RGB and complex voxels become channels.
public enum NIfTI: WritableImageCodec {
  public static let name = "NIfTI"
  public static let suffixes = [".nii", ".hdr", ".img"]
  public static var writtenSuffixes: [String] { suffixes + suffixes.map { $0 + ".gz" } }
  public static let holds: ImageContent = [
    .geometry, .doubles, .scaling, .timeStep, .colors, .complex, .niftiFields,
  ]

  public static func recognizes(_ head: [UInt8]) -> Bool { NIfTIHeader.kind(of: head) != nil }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let (source, voxels, first) = try headerAndVoxels(source)
    guard let nifti = NIfTIHeader(first) else {
      throw ImageError(
        "expected a NIfTI header, found something else in its first 540 bytes", at: source.name,
        remedy: "the file is truncated, or its name claims a format that it is not in")
    }
    var header = try header(nifti, in: source)
    header.extensions = try extensions(nifti, first: first, in: source, notes: &header.notes)
    guard let voxels else {
      throw ImageError(
        "the header's other half, the .img file, is missing", at: source.name,
        remedy: "put both files of the pair into one folder")
    }
    return OpenImage(
      header: header,
      voxels: EncodedVoxels(
        source: voxels, offset: offset(nifti), isSwapped: nifti.isBigEndian != isHostBigEndian),
      location: voxels.name)
  }

  /// The header alone; a pair's voxels may be missing.
  public static func header(of url: URL) throws(ImageError) -> ImageHeader {
    let (source, _, first) = try headerAndVoxels(FileSource(url))
    guard let nifti = NIfTIHeader(first) else {
      throw ImageError("expected a NIfTI header, found something else", at: source.name)
    }
    return try header(nifti, in: source)
  }

  // MARK: Files

  /// The header's file, the voxels' file, and the former's first bytes.
  private static func headerAndVoxels(
    _ given: FileSource
  ) throws(ImageError) -> (header: FileSource, voxels: FileSource?, first: [UInt8]) {
    let first = try given.prefix(544)
    if let kind = NIfTIHeader.kind(of: first) {
      guard kind.isPair else { return (given, given, first) }
      return (given, try partner(of: given, from: ".hdr", to: ".img"), first)
    }
    guard let header = try partner(of: given, from: ".img", to: ".hdr") else { return (given, nil, first) }
    return (header, given, try header.prefix(544))
  }

  /// The other file of a pair, compressed or not.
  static func partner(
    of source: FileSource, from: String, to: String
  ) throws(ImageError) -> FileSource? {
    guard source.isOnDisk else { return nil }
    var stem = source.url.path
    if stem.lowercased().hasSuffix(".gz") { stem.removeLast(3) }
    guard stem.lowercased().hasSuffix(from) else { return nil }
    stem.removeLast(from.count)
    for end in [to, to + ".gz", to.uppercased()] where FileManager.default.fileExists(atPath: stem + end) {
      return try FileSource(URL(fileURLWithPath: stem + end))
    }
    return nil
  }

  private static func offset(_ nifti: NIfTIHeader) -> Int {
    nifti.isPair || nifti.voxOffset != 0 ? nifti.voxOffset : nifti.byteCount + 4
  }

  // MARK: Header

  private static func header(_ nifti: NIfTIHeader, in source: FileSource) throws(ImageError) -> ImageHeader {
    var problems: [Problem] = []
    func complain(_ statement: String, remedy: String? = nil) {
      problems.append(Problem(statement, at: source.name, remedy: remedy))
    }
    if !(1...7).contains(nifti.dim[0]) {
      complain("expected 1 to 7 axes (dim[0]), found \(nifti.dim[0])")
    }
    var shape = Array(nifti.dim.dropFirst().prefix(min(max(nifti.dim[0], 0), 7)))
    if shape.contains(where: { $0 < 1 }) {
      complain("expected axes of at least 1 voxel, found dim \(shape)")
    }
    // Trailing axes of one voxel say nothing.
    while shape.count > 3, shape.last == 1 { shape.removeLast() }
    let type = dataType(nifti.datatype)
    if type == nil {
      complain(
        "the data type \(nifti.datatype) (\(typeName(nifti.datatype))) is not read",
        remedy: "store the image in another type, such as float64")
    }
    let offset = offset(nifti)
    if offset < (nifti.isPair ? 0 : nifti.byteCount + 4) {
      complain("the voxels can't begin at byte \(nifti.voxOffset) (vox_offset), inside the header")
    }
    let affine = nifti.affine
    if affine.isSingular {
      complain(
        "the \(nifti.form == .none ? "spacing" : nifti.form.rawValue) gives no usable geometry: "
          + "\(affine.rows.prefix(3))", remedy: "mend sform, qform or pixdim in the header")
    }
    guard problems.isEmpty, let type else { throw ImageError(problems) }

    var header = ImageHeader(
      format: "NIfTI-\(nifti.version)", shape: shape, components: type.components, type: type.type,
      affine: affine, hasGeometry: nifti.form != .none)
    if nifti.sclSlope.isFinite, nifti.sclSlope != 0, type.components == .scalar || type.components == .complex
    {
      header.rescale = Rescale(
        slope: nifti.sclSlope, intercept: nifti.sclInter.isFinite ? nifti.sclInter : 0)
    }
    if nifti.dim[0] >= 4, nifti.pixdim[4] > 0, nifti.pixdim[4].isFinite {
      let unit = [8: 1.0, 16: 1e-3, 24: 1e-6][nifti.xyztUnits & 0x38]
      header.timeStep = unit.map { $0 * nifti.pixdim[4] }
    }
    header.facts = facts(nifti)
    if let unit = [1: "meters", 3: "micrometers"][nifti.xyztUnits & 7] {
      header.notes.append("the header gives lengths in \(unit); they are taken as millimeters, as usual")
    }
    if nifti.form == .none {
      header.notes.append("the header has no sform and no qform: position and orientation are made up")
    }
    header.nifti = nifti
    try checkSize(header, at: source)
    return header
  }

  /// Refuses a product of axes that no memory address can count.
  private static func checkSize(_ header: ImageHeader, at source: FileSource) throws(ImageError) {
    var bytes = header.type.byteCount * header.components.count
    for axis in header.shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: axis)
      guard !overflow else {
        throw ImageError(
          "the header claims \(header.shape) voxels, more than any file holds", at: source.name)
      }
      bytes = product
    }
  }

  private static func facts(_ nifti: NIfTIHeader) -> [ImageHeader.Fact] {
    var facts: [ImageHeader.Fact] = [
      .init("datatype", typeName(nifti.datatype)), .init("geometry from", nifti.form.rawValue),
      .init("sform_code", "\(nifti.sformCode)"), .init("qform_code", "\(nifti.qformCode)"),
      .init("byte order", nifti.isBigEndian ? "big-endian" : "little-endian"),
    ]
    if !nifti.descrip.isEmpty { facts.append(.init("descrip", nifti.descrip)) }
    if nifti.intentCode != 0 {
      let name = intents[nifti.intentCode].map { " (\($0))" } ?? ""
      facts.append(.init("intent_code", "\(nifti.intentCode)\(name)"))
      let count = intentParameterCount(nifti.intentCode)
      if count > 0 {
        let values = nifti.intentParameters.prefix(count).map { rounded($0) }
        facts.append(.init("intent parameters", values.joined(separator: ", ")))
      }
    }
    if !nifti.intentName.isEmpty { facts.append(.init("intent_name", nifti.intentName)) }
    if nifti.calMax > nifti.calMin { facts.append(.init("display range", "\(nifti.calMin)…\(nifti.calMax)")) }
    return facts
  }

  /// The blocks between header and voxels. Damaged ones end the list with a note: they don't touch the image.
  private static func extensions(
    _ nifti: NIfTIHeader, first: [UInt8], in source: FileSource, notes: inout [String]
  ) throws(ImageError) -> [ImageHeader.Extension] {
    let start = nifti.byteCount
    guard first.count >= start + 4, first[start] != 0 else { return [] }
    let end = nifti.isPair ? source.largestContent : offset(nifti)
    // A pair's header file ends with the extensions; a damaged size must not make it read on for ever.
    let bytes = try source.prefix(min(end, 64 << 20))
    let reader = ByteReader(bytes: bytes, isBigEndian: nifti.isBigEndian)
    var (blocks, position): ([ImageHeader.Extension], Int) = ([], start + 4)
    while position + 8 <= bytes.count {
      let size = Int(reader.integer(position, as: Int32.self))
      guard size >= 8, size <= bytes.count - position else {
        notes.append("the header extension at byte \(position) is damaged; it and those after it are dropped")
        break
      }
      blocks.append(
        .init(
          code: reader.integer(position + 4), content: Array(bytes[position + 8..<position + size])))
      position += size
    }
    return blocks
  }

  // MARK: Data types

  static let dataTypes: [(code: Int, type: VoxelType, components: ImageHeader.Components)] = [
    (2, .uint8, .scalar), (4, .int16, .scalar), (8, .int32, .scalar), (16, .float32, .scalar),
    (32, .float32, .complex), (64, .float64, .scalar), (128, .uint8, .rgb), (256, .int8, .scalar),
    (512, .uint16, .scalar), (768, .uint32, .scalar), (1024, .int64, .scalar), (1280, .uint64, .scalar),
    (1792, .float64, .complex), (2304, .uint8, .rgba),
  ]

  static func dataType(_ code: Int) -> (type: VoxelType, components: ImageHeader.Components)? {
    dataTypes.first { $0.code == code }.map { ($0.type, $0.components) }
  }

  static func typeName(_ code: Int) -> String {
    switch code {
    case 0: return "unknown"
    case 1: return "single bits"
    case 1536: return "float128"
    case 2048: return "complex256"
    default: break
    }
    guard let type = dataType(code) else { return "no type of the standard" }
    switch type.components {
    case .scalar: return type.type.rawValue
    case .complex: return type.type == .float32 ? "complex64" : "complex128"
    case .rgb: return "RGB24"
    case .rgba: return "RGBA32"
    }
  }
}
