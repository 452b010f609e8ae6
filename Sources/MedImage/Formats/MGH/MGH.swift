import MedVoxel

/// FreeSurfer's MGH and MGZ files, big-endian, the latter under gzip.
///
/// Source: the FreeSurfer wiki's page on MghFormat. The affine comes from the direction cosines and the
/// position of the grid's middle.
public enum MGH: WritableImageCodec {
  public static let name = "MGH"
  public static let suffixes = [".mgh", ".mgz"]
  public static let writtenSuffixes = suffixes
  public static let holds: ImageContent = .geometry
  static let headerSize = 284

  public static func recognizes(_ head: [UInt8]) -> Bool {
    guard head.count >= headerSize else { return false }
    let reader = ByteReader(bytes: head, isBigEndian: true)
    return reader.integer(0, as: Int32.self) == 1
      && (1...4).allSatisfy { (1...(1 << 20)).contains(reader.integer(4 * $0, as: Int32.self)) }
      && type(reader.integer(20)) != nil && (0...1).contains(reader.integer(28, as: Int16.self))
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let head = try source.prefix(headerSize)
    guard head.count == headerSize else {
      throw ImageError(
        "expected an MGH header of \(headerSize) bytes, found \(head.count)", at: source.name,
        remedy: "the file is truncated")
    }
    let reader = ByteReader(bytes: head, isBigEndian: true)
    func int(_ at: Int) -> Int { Int(reader.integer(at, as: Int32.self)) }
    var problems: [Problem] = []
    if int(0) != 1 { problems.append(Problem("expected version 1, found \(int(0))", at: source.name)) }
    var shape = [int(4), int(8), int(12), int(16)]
    if shape.contains(where: { $0 < 1 }) {
      problems.append(Problem("expected axes of at least 1 voxel, found \(shape)", at: source.name))
    }
    if shape[3] == 1 { shape.removeLast() }
    let type = type(reader.integer(20))
    if type == nil {
      problems.append(
        Problem("expected a voxel type of 0, 1, 3, 4 or 10, found \(int(20))", at: source.name))
    }
    let isPlaced = reader.integer(28, as: Int16.self) > 0
    let affine = affine(reader, shape: shape, isPlaced: isPlaced)
    if affine.isSingular {
      problems.append(
        Problem("the geometry is not usable: \(affine.rows.prefix(3))", at: source.name))
    }
    guard problems.isEmpty, let type else { throw ImageError(problems) }

    var header = ImageHeader(
      format: "MGH", shape: shape, type: type, affine: affine, hasGeometry: isPlaced)
    let offset = headerSize
    let (count, overflow) = shape.reduce((1, false)) { state, axis in
      let (product, overflow) = state.0.multipliedReportingOverflow(by: axis)
      return (product, state.1 || overflow)
    }
    guard !overflow, count <= Int.max / 16 else {
      throw ImageError("the header claims \(shape) voxels, more than any file holds", at: source.name)
    }
    header.facts = [.init("type", "\(int(20))"), .init("dof", "\(int(24))")]
    if !isPlaced {
      header.notes.append("the header has no geometry: position and orientation are made up")
    }
    return OpenImage(
      header: header,
      voxels: EncodedVoxels(source: source, offset: offset, isSwapped: !isHostBigEndian),
      location: source.name)
  }

  private static func type(_ code: Int32) -> VoxelType? {
    [0: .uint8, 1: .int32, 3: .float32, 4: .int16, 10: .uint16][code]
  }

  private static func affine(_ reader: ByteReader, shape: [Int], isPlaced: Bool) -> Affine {
    func vector(_ at: Int) -> SIMD3<Double> {
      [reader.float(at), reader.float(at + 4), reader.float(at + 8)]
    }
    // Without the flag FreeSurfer assumes coronal slices of 1 mm around the origin.
    let spacing = isPlaced ? vector(30) : [1, 1, 1]
    let columns = isPlaced ? [vector(42), vector(54), vector(66)] : [[-1, 0, 0], [0, 0, -1], [0, 1, 0]]
    let middle = isPlaced ? vector(78) : .zero
    var affine = Affine(i: columns[0] * spacing.x, j: columns[1] * spacing.y, k: columns[2] * spacing.z)
    affine.origin = middle - affine.linear([Double(shape[0]), Double(shape[1]), Double(shape[2])] / 2)
    return affine
  }
}
