extension PickleMachine {
  private static let types: [String: StoredType] = [
    "b1": .bool, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32, "i4": .int32,
    "u8": .uint64, "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64, "c8": .complex64,
    "c16": .complex128,
  ]

  /// `numpy.dtype("f4", False, True)`.
  mutating func numpyType(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard case .string(let name)? = arguments.first, name.utf8.count <= 64 else {
      throw failure("a NumPy data type without a name")
    }
    return try make(.numpyType(PickleMachine.types[name], name: name, isBigEndian: false))
  }

  /// State `(3, "<", …)`.
  mutating func completeType(_ index: Int, _ state: [PickleValue]) throws(CheckpointError) {
    guard case .numpyType(let type, let name, _) = nodes[index].kind, state.count >= 2,
      case .string(let order) = state[1]
    else { throw failure("a NumPy data type without a byte order") }
    nodes[index].kind = .numpyType(type, name: name, isBigEndian: order == ">")
  }

  private func elementType(_ value: PickleValue) throws(CheckpointError) -> (StoredType, isBigEndian: Bool) {
    guard case .node(let index) = value,
      case .numpyType(let type, let name, let isBigEndian) = nodes[index].kind
    else { throw failure("a NumPy value without a data type") }
    guard let type else {
      throw failure("a NumPy value of the type “\(name)”; only numbers are read")
    }
    return (type, isBigEndian)
  }

  /// `scalar(dtype, bytes)`.
  mutating func numpyScalar(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard arguments.count == 2 else { throw failure("a NumPy number without its bytes") }
    let (type, isBigEndian) = try elementType(arguments[0])
    let content = try content(of: arguments[1])
    guard content.count == type.byteCount else { throw failure("a NumPy number of \(content.count) bytes") }
    let tensor = StoredTensor(
      name: "", type: type, shape: [], block: ByteBlock(copying: Array(content)), offset: 0,
      isByteSwapped: isBigEndian)
    if type == .bool { return .bool(tensor.integers() != [0]) }
    if type != .uint64, let value = tensor.integers()?.first { return .int(Int(value)) }
    let values = tensor.doubles()
    return values.count == 1 ? .float(values[0]) : try make(.tuple, values.map { .float($0) })
  }

  /// State `(1, shape, dtype, isFortran, bytes)`.
  mutating func completeArray(_ index: Int, _ state: [PickleValue]) throws(CheckpointError) {
    guard state.count == 5, case .bool(let isFortran) = state[3] else {
      throw failure("a NumPy array whose state is not known")
    }
    let (type, isBigEndian) = try elementType(state[2])
    var shape: [Int] = []
    for size in try elements(of: state[1]).prefix(65) {
      guard case .int(let size) = size, size >= 0 else { throw failure("a NumPy array without sizes") }
      shape.append(size)
    }
    let content = try content(of: state[4])
    guard shape.count <= 64, let count = checkedCount(shape, width: type.byteCount),
      count * type.byteCount == content.count
    else { throw failure("a NumPy array of shape \(shape) with \(content.count) bytes") }
    nodes[index].kind = .numpyArray(
      PickleArray(type: type, shape: shape, isFortran: isFortran, isBigEndian: isBigEndian, bytes: state[4]))
  }

  /// The bytes of a value, valid as long as the machine is.
  private func content(of value: PickleValue) throws(CheckpointError) -> UnsafeRawBufferPointer {
    switch value {
    case .bytes(let range): return UnsafeRawBufferPointer(rebasing: bytes[range])
    case .blob(let index): return blobs[index].bytes
    default: throw failure("bytes are missing")
    }
  }
}
