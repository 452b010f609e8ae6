import MedVoxel

/// All arrays of a variable: itself, or those in its fields and cells.
struct MATWalk {
  let elements: MATElements
  let place: MATArray.Place
  /// Whether only the head of the variable is in memory.
  let isPartial: Bool
  private(set) var arrays: [MATArray] = []
  private var visits = 0

  init(_ elements: MATElements, place: MATArray.Place, isPartial: Bool) {
    (self.elements, self.place, self.isPartial) = (elements, place, isPartial)
  }

  /// - Parameter name: nil for a variable, whose name is in the array itself.
  /// - Returns: whether the head is enough.
  @discardableResult
  mutating func visit(_ range: Range<Int>, _ name: String?, depth: Int = 0) throws(ImageError) -> Bool {
    visits += 1
    // An empty cell has no header at all.
    guard !range.isEmpty, depth < 32, visits < 20_000 else { return true }
    let matrix = try MATMatrix(elements, range, isPartial: isPartial)
    let name = name ?? matrix.name
    guard (1...3).contains(matrix.code) else {
      arrays.append(
        MATArray(
          name: name, shape: matrix.shape, kind: .init(matrix.code), isComplex: matrix.isComplex,
          isLogical: matrix.isLogical, place: place, range: range))
      return true
    }
    guard !isPartial else { return false }
    let count = matrix.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    var position = matrix.body
    if matrix.code == 1 {
      for cell in 0..<max(0, min(count, 20_000)) where position <= range.upperBound - 8 {
        try visitMember(&position, range, "\(name){\(cell + 1)}", depth)
      }
      return true
    }
    // Objects say their class first.
    if matrix.code == 3 { position = try elements.tag(at: position, limit: range.upperBound).end }
    let length = try elements.tag(at: position, limit: range.upperBound)
    guard length.type == 5, length.data.count == 4 else {
      throw elements.damaged("a struct without fields", position)
    }
    let width = Int(elements.reader.integer(length.data.lowerBound, as: Int32.self))
    let names = try elements.tag(at: length.end, limit: range.upperBound)
    guard width > 0 || names.data.isEmpty else {
      throw elements.damaged("field names of \(width) bytes", position)
    }
    let fields = stride(from: names.data.lowerBound, to: names.data.upperBound, by: max(width, 1))
      .map { elements.reader.text($0..<min($0 + width, names.data.upperBound)) }
    position = names.end
    for index in 0..<max(0, min(count, 20_000)) {
      for field in fields where position <= range.upperBound - 8 {
        try visitMember(&position, range, (count == 1 ? name : "\(name)(\(index + 1))") + "." + field, depth)
      }
    }
    return true
  }

  private mutating func visitMember(
    _ position: inout Int, _ range: Range<Int>, _ name: String, _ depth: Int
  ) throws(ImageError) {
    let tag = try elements.tag(at: position, limit: range.upperBound)
    guard tag.type == 14 else {
      throw elements.damaged("expected an array, found type \(tag.type)", position)
    }
    position = tag.end
    try visit(tag.data, name, depth: depth + 1)
  }
}
