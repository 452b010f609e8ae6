import MedVoxel

/// ECAT 7 volumes (`.v`) of PET scanners by CTI and Siemens.
///
/// Source: the structures of the ECAT 7 file format. Frames are the fourth axis, in the order of their matrix
/// numbers. Values are stored · calibration factor · the frame's scale factor, as doubles. As nibabel has it, voxels
/// are turned by the patient's orientation, and the affine is that of the first frame around the grid's middle.
public enum ECAT: ImageCodec {
  public static let name = "ECAT"
  public static let suffixes = [".v"]
  private static let block = 512

  public static func recognizes(_ head: [UInt8]) -> Bool {
    head.count >= block && head.starts(with: Array("MATRIX7".utf8)) && isBigEndian(head) != nil
  }

  /// The byte order in which the software's version makes sense.
  private static func isBigEndian(_ head: [UInt8]) -> Bool? {
    for isBig in [true, false]
    where (70...79).contains(ByteReader(bytes: head, isBigEndian: isBig).integer(46, as: UInt16.self)) {
      return isBig
    }
    return nil
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let head = try source.prefix(block)
    guard recognizes(head), let isBig = isBigEndian(head) else {
      throw ImageError(
        "expected an ECAT 7 header of \(block) bytes that begins with MATRIX7, found something else",
        at: source.name, remedy: "the file is truncated, or no ECAT 7 volume")
    }
    let reader = ByteReader(bytes: head, isBigEndian: isBig)
    let fileType = Int(reader.integer(50, as: UInt16.self))
    guard [0, 2, 6, 7, 10].contains(fileType) else {
      throw ImageError(
        "expected a volume (file type 2, 6, 7 or 10), found file type \(fileType)", at: source.name,
        remedy: "sinograms, normalizations and attenuation maps are not read")
    }
    // Subheaders may lie anywhere: what is compressed is inflated once.
    let whole = source.isCompressed ? try source.bytes(from: 0) : nil
    func read(_ block: Int) throws(ImageError) -> ByteReader {
      let (offset, overflow) = (block - 1).multipliedReportingOverflow(by: Self.block)
      let length = whole?.count ?? source.fileSize
      guard block >= 1, !overflow, offset <= length - Self.block else {
        throw source.tooShort(overflow ? Int.max : offset + Self.block, found: length)
      }
      var bytes =
        whole.map { Array($0[offset..<offset + Self.block]) } ?? [UInt8](repeating: 0, count: Self.block)
      if whole == nil {
        _ = try bytes.withMutableBytes { target throws(ImageError) in
          try source.read(at: offset, into: target)
        }
      }
      return ByteReader(bytes: bytes, isBigEndian: isBig)
    }
    let starts = try matrices(reader, at: source.name, read)
    var frames: [Frame] = []
    var problems: [Problem] = []
    for (index, start) in starts.enumerated() {
      let frame = Frame(try read(start), offset: start * block)
      for problem in frame.problems {
        problems.append(Problem(problem, at: "\(source.name), frame \(index + 1)"))
      }
      frames.append(frame)
      if problems.count > 8 { break }
    }
    guard problems.isEmpty, let first = frames.first else { throw ImageError(problems) }
    if let other = frames.firstIndex(where: { $0.size != first.size }) {
      throw ImageError(
        "frame \(other + 1) has \(frames[other].size) voxels, the first has \(first.size)", at: source.name)
    }
    let affine = first.affine
    guard !affine.isSingular else {
      throw ImageError("the geometry is not usable: \(affine.rows.prefix(3))", at: source.name)
    }
    let shape = first.size + (frames.count > 1 ? [frames.count] : [])
    var header = ImageHeader(format: "ECAT 7", shape: shape, type: .float64, affine: affine)
    header.facts = facts(reader, frames)
    if frames.contains(where: { $0.affine != affine }) {
      header.notes.append("frames lie differently; the affine is that of the first")
    }
    let calibration = reader.float(144)
    let orientation = Int(reader.integer(330, as: UInt16.self))
    let slabs = frames.map { frame in
      SlabVoxels.Slab(
        offset: frame.offset, type: frame.type,
        scale: SlabScale(factor: calibration, slope: frame.scale, isSingle: frame.type == .float32))
    }
    let voxels = SlabVoxels(
      source: source, slabs: slabs, isSwapped: isBig != isHostBigEndian, axes: shape,
      order: Array(shape.indices),
      reversedBlock: [1, 3, 5, 7].contains(orientation)
        ? 1 : [0, 2, 4, 6].contains(orientation) ? first.size[0] : nil)
    try voxels.check()
    return OpenImage(header: header, voxels: voxels, location: source.name)
  }

  /// The first blocks of the matrices, in the order of their numbers.
  private static func matrices(
    _ main: ByteReader, at location: String, _ read: (Int) throws(ImageError) -> ByteReader
  ) throws(ImageError) -> [Int] {
    var found: [(number: Int, start: Int)] = []
    var (block, visited) = (2, Set<Int>())
    repeat {
      let list = try read(block)
      func entry(_ row: Int, _ column: Int) -> Int {
        Int(list.integer(16 * row + 4 * column, as: Int32.self))
      }
      let (free, used) = (entry(0, 0), entry(0, 3))
      guard (0...31).contains(used), free + used == 31, visited.insert(block).inserted else {
        throw ImageError(
          "the list of matrices is damaged: expected 31 entries, found \(used) used and \(free) free",
          at: "\(location), byte \((block - 1) * Self.block)")
      }
      for row in 0..<used where entry(row + 1, 0) > 0 {
        found.append((entry(row + 1, 0), entry(row + 1, 1)))
      }
      block = entry(0, 1)
    } while block > 2
    guard !found.isEmpty else { throw ImageError("the file lists no matrix", at: location) }
    return found.sorted { $0.number < $1.number }.map(\.start)
  }

  private static func facts(_ main: ByteReader, _ frames: [Frame]) -> [ImageHeader.Fact] {
    let texts: [(String, Range<Int>)] = [
      ("isotope_name", 66..<74), ("radiopharmaceutical", 78..<110), ("study_type", 154..<166),
      ("study_description", 296..<328), ("facility_name", 332..<352), ("data_units", 466..<498),
    ]
    var facts = texts.map { ImageHeader.Fact($0.0, MetaImageHeader.trimmed(main.text($0.1).utf8)) }
      .filter { !$0.value.isEmpty }
    facts.append(.init("file_type", "\(main.integer(50, as: UInt16.self))"))
    facts.append(.init("ecat_calibration_factor", "\(main.float(144))"))
    facts.append(.init("patient_orientation", "\(main.integer(330, as: UInt16.self))"))
    func list(_ value: (Frame) -> String) -> String { frames.prefix(256).map(value).joined(separator: " ") }
    facts.append(.init("scale_factor", list { "\($0.scale)" }))
    facts.append(.init("frame_start_time", list { "\($0.start)" }))
    facts.append(.init("frame_duration", list { "\($0.duration)" }))
    return facts
  }

  /// A matrix' subheader, of an image.
  struct Frame {
    /// Where its voxels begin.
    var offset: Int
    var size: [Int]
    var type = VoxelType.int16
    var scale: Double
    var affine: Affine
    /// Milliseconds.
    var start: UInt32
    var duration: UInt32
    var problems: [String] = []

    init(_ reader: ByteReader, offset: Int) {
      self.offset = offset
      size = [4, 6, 8].map { Int(reader.integer($0, as: UInt16.self)) }
      scale = reader.float(26)
      (duration, start) = (reader.integer(46), reader.integer(50))
      // The header's centimeters, in the single precision that it has.
      func millimeters(_ at: Int) -> Double { Double(Float(bitPattern: reader.integer(at)) * 10) }
      let spacing: SIMD3<Double> = [millimeters(34), millimeters(38), millimeters(42)]
      let shift: SIMD3<Double> = [reader.float(10), reader.float(14), reader.float(18)]
      let middle = SIMD3(Double(size[0] - 1), Double(size[1] - 1), Double(size[2] - 1)) / 2
      affine = Affine(spacing: spacing, origin: shift - middle * spacing)
      let code = Int(reader.integer(0, as: UInt16.self))
      let types: [Int: VoxelType] = [
        1: .uint8, 2: .int16, 3: .int32, 5: .float32, 6: .int16, 7: .int32,
      ]
      if let known = types[code] {
        type = known
      } else {
        problems.append("the data type \(code) is not read (known are 1, 2, 3, 5, 6 and 7)")
      }
      if size.contains(0) { problems.append("expected axes of at least 1 voxel, found \(size)") }
      if !scale.isFinite { problems.append("expected a finite scale factor, found \(scale)") }
    }
  }
}
