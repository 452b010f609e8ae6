import MedVoxel

/// Level 4 MAT-files: matrices one after the other, each with a header of 20 bytes and a name.
enum MATLevel4 {
  struct Matrix {
    var named: NamedArray
    var type: VoxelType
    var isBigEndian: Bool
    var isComplex: Bool
    /// Where its values begin.
    var offset: Int
    var end: Int
  }

  static func recognizes(_ head: [UInt8]) -> Bool {
    guard let matrix = try? matrix(head, at: 0, name: "") else { return false }
    let name = matrix.named.name
    return !name.isEmpty && name.utf8.allSatisfy { $0 == 95 || (48...57 ~= $0) || (65...90 ~= $0 & 0xDF) }
  }

  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    var matrices: [Matrix] = []
    var position = 0
    while position < source.fileSize {
      var head = [UInt8](repeating: 0, count: 20 + 4096)
      let count = try head.withMutableBytes { target throws(ImageError) in
        try source.read(at: position, into: target)
      }
      head.removeLast(head.count - count)
      let matrix = try matrix(head, at: position, name: source.name)
      guard matrix.end <= source.fileSize else { throw source.tooShort(matrix.end, found: source.fileSize) }
      matrices.append(matrix)
      guard matrices.count < 20_000 else { break }
      position = matrix.end
    }
    let index = try VariableChoice.index(matrices.map(\.named), wanted: options.variable, at: source.name)
    let matrix = matrices[index]
    var header = ImageHeader(
      format: "MATLAB 4", shape: matrix.named.shape, components: matrix.isComplex ? .complex : .scalar,
      type: matrix.type, affine: .identity, hasGeometry: false)
    header.facts = [.init("variable", matrix.named.name), .init("class", matrix.named.type)]
    header.notes.append("the file has no geometry: position, spacing and orientation are made up")
    // The imaginary parts follow all real ones.
    let axes = matrix.named.shape + (matrix.isComplex ? [1, 2] : [])
    let voxels = SlabVoxels(
      source: source, slabs: [.init(offset: matrix.offset, type: matrix.type)],
      isSwapped: matrix.isBigEndian != isHostBigEndian, axes: axes, order: Array(axes.indices))
    try voxels.check()
    return OpenImage(header: header, voxels: voxels, location: "\(source.name), \(matrix.named.name)")
  }

  private static func matrix(_ head: [UInt8], at position: Int, name: String) throws(ImageError) -> Matrix {
    func damaged(_ what: String) -> ImageError {
      ImageError(
        "expected a matrix of a MAT-file, found \(what)", at: "\(name), byte \(position)",
        remedy: "the file is damaged, or no MAT-file")
    }
    guard head.count >= 20 else { throw damaged("\(head.count) bytes") }
    var reader = ByteReader(bytes: head, isBigEndian: false)
    if !(0...9999 ~= reader.integer(0, as: Int32.self)) { reader.isBigEndian = true }
    let fields = (0..<5).map { Int(reader.integer(4 * $0, as: Int32.self)) }
    let (code, rows, columns, nameLength) = (fields[0], fields[1], fields[2], fields[4])
    let types: [VoxelType] = [.float64, .float32, .int32, .int16, .uint16, .uint8]
    let (machine, reserved, precision, kind) = (code / 1000, code / 100 % 10, code / 10 % 10, code % 10)
    guard code >= 0, machine == (reader.isBigEndian ? 1 : 0), reserved == 0,
      types.indices.contains(precision),
      kind <= 2, rows >= 0, columns >= 0, fields[3] == 0 || fields[3] == 1, (1...4096).contains(nameLength),
      head.count >= 20 + nameLength
    else { throw damaged("the header \(fields)") }
    let type = types[precision]
    let (elements, overflow) = rows.multipliedReportingOverflow(by: columns)
    let (bytes, overflowsToo) = elements.multipliedReportingOverflow(by: type.byteCount * (fields[3] + 1))
    let start = position + 20 + nameLength
    let (end, isTooFar) = start.addingReportingOverflow(bytes)
    guard !overflow, !overflowsToo, !isTooFar else { throw damaged("\(rows)×\(columns) values") }
    let word = [VoxelType.float64: "double", .float32: "single"][type] ?? type.rawValue
    var named = NamedArray(
      name: reader.text(20..<20 + nameLength), shape: [rows, columns],
      type: fields[3] == 1 ? "complex \(word)" : word)
    if kind == 1 { (named.type, named.obstacle) = ("char", "it is text") }
    if kind == 2 {
      (named.type, named.obstacle) = ("sparse", "sparse matrices are not read; save full(x)")
    }
    if elements == 0, named.obstacle == nil { named.obstacle = "it is empty" }
    if fields[3] == 1, type != .float64, type != .float32 { named.obstacle = "complex integers are not read" }
    return Matrix(
      named: named, type: type, isBigEndian: reader.isBigEndian, isComplex: fields[3] == 1, offset: start,
      end: end)
  }
}
