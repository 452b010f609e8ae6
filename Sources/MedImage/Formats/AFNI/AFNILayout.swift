import MedVoxel

/// What an AFNI header says of the image.
struct AFNILayout {
  /// Three axes, and the sub-bricks where there are several.
  var shape: [Int]
  /// Of each sub-brick.
  var types: [VoxelType]
  /// Of each sub-brick; 1 where it is not scaled.
  var factors: [Double]
  var components: ImageHeader.Components
  var isSwapped: Bool
  var affine: Affine
  var hasGeometry: Bool
  var timeStep: Double?
  var facts: [ImageHeader.Fact] = []
  var notes: [String] = []

  /// - Throws: `ImageError` with all that is missing or wrong.
  init(_ header: AFNIHeader, at location: String) throws(ImageError) {
    var problems: [Problem] = []
    func complain(_ statement: String, remedy: String? = nil) {
      problems.append(Problem(statement, at: location, remedy: remedy))
    }
    let size = Array((header.integers("DATASET_DIMENSIONS") ?? []).prefix(3))
    if size.count < 3 || size.contains(where: { $0 < 1 }) {
      complain("expected three axes of at least 1 voxel in DATASET_DIMENSIONS, found \(size)")
    }
    let rank = header.integers("DATASET_RANK") ?? []
    let bricks = rank.count > 1 ? rank[1] : 0
    if rank.first != 3 || !(1...(1 << 24) ~= bricks) {
      complain("expected 3 and a number of sub-bricks in DATASET_RANK, found \(rank)")
    }
    let bytes = (size + [bricks, 8]).reduce(Optional(1)) { product, axis in
      guard let (value, overflow) = product?.multipliedReportingOverflow(by: axis) else { return nil }
      return overflow ? nil : value
    }
    if bytes == nil { complain("the header claims \(size) voxels, more than any file holds") }
    let codes = header.integers("BRICK_TYPES") ?? []
    let known: [Int: (VoxelType, ImageHeader.Components)] = [
      0: (.uint8, .scalar), 1: (.int16, .scalar), 2: (.int32, .scalar), 3: (.float32, .scalar),
      4: (.float64, .scalar), 5: (.float32, .complex), 6: (.uint8, .rgb), 7: (.uint8, .rgba),
    ]
    let kinds = codes.prefix(max(bricks, 1)).map { known[$0] }
    if codes.isEmpty || kinds.contains(where: { $0 == nil }) {
      complain(
        "expected BRICK_TYPES from 0 to 7, found \(codes.prefix(8))",
        remedy: "0 is byte, 1 short, 2 int, 3 float, 4 double, 5 complex, 6 rgb")
    }
    let components = Set(kinds.compactMap { $0?.1 })
    if components.count > 1 { complain("sub-bricks of numbers and of colors or complex ones are not mixed") }
    let order = header.text("BYTEORDER_STRING")
    if let order, order != "LSB_FIRST", order != "MSB_FIRST" {
      complain("expected LSB_FIRST or MSB_FIRST in BYTEORDER_STRING, found “\(order)”")
    }
    let geometry = Self.geometry(header)
    if let affine = geometry, affine.isSingular {
      complain("the geometry is not usable: \(affine.rows.prefix(3))")
    }
    guard problems.isEmpty, let last = kinds.last, let last else { throw ImageError(problems) }

    shape = size + (bricks > 1 ? [bricks] : [])
    types = kinds.compactMap { $0?.0 }
    types += Array(repeating: last.0, count: max(0, bricks - types.count))
    self.components = last.1
    let given = header.numbers("BRICK_FLOAT_FACS") ?? []
    factors = (0..<bricks).map { $0 < given.count && given[$0] != 0 && given[$0].isFinite ? given[$0] : 1 }
    isSwapped = (order == "MSB_FIRST") != isHostBigEndian
    if order == nil {
      isSwapped = isHostBigEndian
      notes.append("the header has no BYTEORDER_STRING; it is taken as LSB_FIRST")
    }
    hasGeometry = geometry != nil
    affine = geometry ?? Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 1])
    if geometry == nil { notes.append("the header has no geometry: position and orientation are made up") }
    readTime(header)
    readFacts(header)
  }

  private mutating func readTime(_ header: AFNIHeader) {
    guard shape.count > 3, let floats = header.numbers("TAXIS_FLOATS"), floats.count > 1,
      let numbers = header.integers("TAXIS_NUMS")
    else { return }
    // 77001 is milliseconds, 77002 seconds, 77003 Hertz.
    let unit = numbers.count > 2 ? numbers[2] : 77002
    guard unit != 77003, floats[1].isFinite, floats[1] > 0 else { return }
    timeStep = unit == 77001 ? floats[1] / 1000 : floats[1]
  }

  private mutating func readFacts(_ header: AFNIHeader) {
    for name in [
      "TYPESTRING", "TEMPLATE_SPACE", "BYTEORDER_STRING", "BRICK_LABS", "IDCODE_STRING", "IDCODE_DATE",
      "HISTORY_NOTE",
    ] {
      if let text = header.text(name) { facts.append(.init(name, text)) }
    }
    for name in ["BRICK_TYPES", "BRICK_FLOAT_FACS", "ORIENT_SPECIFIC", "TAXIS_FLOATS"] {
      if let numbers = header.numbers(name) {
        facts.append(
          .init(
            name,
            numbers.prefix(64).map { "\(Int(exactly: $0).map(String.init) ?? "\($0)")" }.joined(
              separator: " ")))
      }
    }
  }

  /// The matrix to LPS where there is one, else the axes' own orientation, origin and step.
  private static func geometry(_ header: AFNIHeader) -> Affine? {
    func affine(_ m: [Double]) -> Affine {
      // From LPS to RAS.
      Affine(rows: [m[0..<4].map { 0 - $0 }, m[4..<8].map { 0 - $0 }, Array(m[8..<12])])
    }
    for name in ["IJK_TO_DICOM_REAL", "IJK_TO_DICOM"] {
      if let matrix = header.numbers(name), matrix.count >= 12 { return affine(matrix) }
    }
    guard let codes = header.integers("ORIENT_SPECIFIC"), let origin = header.numbers("ORIGIN"),
      let delta = header.numbers("DELTA"), codes.count >= 3, origin.count >= 3, delta.count >= 3,
      Set(codes.prefix(3).map { $0 / 2 }) == [0, 1, 2], codes.prefix(3).allSatisfy({ $0 >= 0 })
    else { return nil }
    var matrix = [Double](repeating: 0, count: 12)
    for axis in 0..<3 {
      matrix[codes[axis] / 2 * 4 + axis] = delta[axis]
      matrix[codes[axis] / 2 * 4 + 3] = origin[axis]
    }
    return affine(matrix)
  }
}
