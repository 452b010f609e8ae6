/// A tensor in a file or in memory: its name, type and shape, and its bytes when they are asked for.
///
/// - Shape: any number of axes, in C order: the last one runs fastest. A scalar has no axis.
/// - Cost: the value itself holds no elements. A contiguous tensor's bytes are those of the mapped file;
///   a view with other strides is gathered when it is read.
public struct StoredTensor: Sendable {
  public var name: String
  public let type: StoredType
  public let shape: [Int]
  let block: ByteBlock
  /// Where the first element lies, in bytes.
  let offset: Int
  /// Distances in elements; nil for C order.
  let strides: [Int]?
  let isByteSwapped: Bool

  /// - Precondition: every element lies inside the block (the readers check it).
  init(
    name: String, type: StoredType, shape: [Int], block: ByteBlock, offset: Int, strides: [Int]? = nil,
    isByteSwapped: Bool = false
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.block = block
    self.offset = offset
    self.strides = strides == contiguousStrides(shape) ? nil : strides
    self.isByteSwapped = isByteSwapped && type.wordSize > 1
  }

  /// Memory in C order that `owner` keeps alive and nobody writes meanwhile.
  /// - Precondition: `bytes` has the length that type and shape ask for.
  public init(
    name: String, type: StoredType, shape: [Int], bytes: UnsafeRawBufferPointer, owner: AnyObject
  ) {
    precondition(bytes.count == shape.reduce(type.byteCount, *), "the bytes don't fill the shape")
    self.init(
      name: name, type: type, shape: shape, block: ByteBlock(borrowing: bytes, from: owner), offset: 0)
  }

  /// - Precondition: `values.count` is the product of `shape`.
  public init(name: String, shape: [Int], values: [Float]) {
    self.init(name: name, type: .float32, shape: shape, copying: values)
  }

  /// - Precondition: `values.count` is the product of `shape`.
  public init(name: String, shape: [Int], values: [Double]) {
    self.init(name: name, type: .float64, shape: shape, copying: values)
  }

  /// - Precondition: `values.count` is the product of `shape`.
  public init(name: String, shape: [Int], values: [Int64]) {
    self.init(name: name, type: .int64, shape: shape, copying: values)
  }

  /// - Precondition: `values.count` is the product of `shape`.
  public init(name: String, shape: [Int], values: [UInt8]) {
    self.init(name: name, type: .uint8, shape: shape, copying: values)
  }

  private init<Element>(name: String, type: StoredType, shape: [Int], copying values: [Element]) {
    precondition(values.count == shape.reduce(1, *), "the values don't fill the shape")
    self.init(name: name, type: type, shape: shape, block: ByteBlock(copying: values), offset: 0)
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
  public var byteCount: Int { count * type.byteCount }

  /// Whether reading costs no copy.
  public var isContiguous: Bool { strides == nil && !isByteSwapped }

  /// The bytes in C order and this machine's byte order. They may lie at any address: load unaligned.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(block) {} }
    if isContiguous {
      return try body(UnsafeRawBufferPointer(rebasing: block.bytes[offset..<offset + byteCount]))
    }
    let gathered = UnsafeMutableRawBufferPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
    defer { gathered.deallocate() }
    let bytes = UnsafeMutableRawBufferPointer(rebasing: gathered[..<byteCount])
    copy(to: bytes)
    return try body(UnsafeRawBufferPointer(bytes))
  }

  /// Copies the elements in C order and this machine's byte order.
  /// - Precondition: `target.count == byteCount`.
  public func copy(to target: UnsafeMutableRawBufferPointer) {
    precondition(target.count == byteCount, "the target has another size")
    defer { withExtendedLifetime(block) {} }
    guard byteCount > 0, let base = block.bytes.baseAddress, let out = target.baseAddress else { return }
    if let strides {
      gather(from: base + offset, strides: strides, to: out)
    } else {
      out.copyMemory(from: base + offset, byteCount: byteCount)
    }
    guard isByteSwapped else { return }
    let word = type.wordSize
    for start in stride(from: 0, to: target.count, by: word) { target[start..<start + word].reverse() }
  }

  private func gather(
    from source: UnsafeRawPointer, strides: [Int], to target: UnsafeMutableRawPointer
  ) {
    let width = type.byteCount
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    for element in 0..<count {
      (target + element * width).copyMemory(from: source + position * width, byteCount: width)
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}

/// Distances in elements of a tensor in C order.
func contiguousStrides(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1].multipliedReportingOverflow(by: max(shape[axis + 1], 1)).partialValue
  }
  return strides
}

/// The product of the sizes; nil where one is negative or the bytes don't fit 63 bits.
func checkedCount(_ shape: [Int], width: Int) -> Int? {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    guard size >= 0, !overflow else { return nil }
    count = product
  }
  return count.multipliedReportingOverflow(by: width).overflow ? nil : count
}
