import MedVoxel

/// Turns what the machine made into values for the caller, checking every tensor against its storage.
///
/// Containers that contain themselves, nest more than 100 deep, or would grow beyond the file's own measure by
/// being shared again and again are refused.
struct PickleConversion {
  let machine: PickleMachine
  /// Where a storage's bytes lie in the block, and whether their order is reversed.
  let locate: (PickleStorage) throws(CheckpointError) -> (range: Range<Int>, isByteSwapped: Bool)
  private var finished: [Int: (value: CheckpointValue, weight: Int)] = [:]
  private var open: Set<Int> = []
  private var tensorBytes = 0
  /// Without sharing, there are fewer values than bytes.
  private var largestWeight: Int { 10_000 + min(2 * machine.length, 8_000_000) }

  static let deepest = 100

  init(
    machine: PickleMachine,
    locate: @escaping (PickleStorage) throws(CheckpointError) -> (range: Range<Int>, isByteSwapped: Bool)
  ) {
    self.machine = machine
    self.locate = locate
  }

  private func failure(_ statement: String) -> CheckpointError {
    CheckpointError(statement, at: machine.place)
  }

  mutating func convert(_ value: PickleValue) throws(CheckpointError) -> CheckpointValue {
    try convert(value, depth: 0).value
  }

  private mutating func convert(
    _ value: PickleValue, depth: Int
  ) throws(CheckpointError) -> (value: CheckpointValue, weight: Int) {
    switch value {
    case .none: return (.none, 1)
    case .bool(let value): return (.bool(value), 1)
    case .int(let value): return (.integer(value), 1)
    case .float(let value): return (.number(value), 1)
    case .string(let text): return (.string(text), 1 + text.utf8.count / 64)
    case .long(let range): return (.number(approximation(range)), 1)
    case .bytes(let range): return (.bytes(Array(machine.bytes[range])), 1 + range.count / 64)
    case .blob(let index): return (.bytes(Array(machine.blobs[index].bytes)), 1)
    case .dtype(let type): return (.string("torch.\(type.rawValue)"), 1)
    case .tensor(let index): return (.tensor(try tensor(machine.tensors[index])), 1)
    case .global, .refused: throw failure("a class or function stands where data should be")
    case .storage: throw failure("a bare storage without a tensor")
    case .node(let index): return try container(index, depth: depth)
    }
  }

  private mutating func container(
    _ index: Int, depth: Int
  ) throws(CheckpointError) -> (value: CheckpointValue, weight: Int) {
    if let known = finished[index] { return known }
    guard depth < PickleConversion.deepest else {
      throw failure("containers nest more than \(PickleConversion.deepest) deep")
    }
    guard open.insert(index).inserted else { throw failure("a container holds itself") }
    defer { open.remove(index) }
    let node = machine.nodes[index]
    var weight = 1
    let result: CheckpointValue
    switch node.kind {
    case .list, .tuple, .set:
      var values: [CheckpointValue] = []
      values.reserveCapacity(node.children.count)
      for child in node.children { values.append(try weigh(convert(child, depth: depth + 1), &weight)) }
      result = .list(values)
    case .dictionary:
      var dictionary = CheckpointDictionary()
      for pair in stride(from: 0, to: node.children.count - 1, by: 2) {
        let key = try key(node.children[pair])
        weight += key.utf8.count / 64
        dictionary.set(key, try weigh(convert(node.children[pair + 1], depth: depth + 1), &weight))
      }
      result = .dictionary(dictionary)
    case .numpyType(_, let name, _): result = .string("numpy.\(name)")
    case .numpyArray(let array): result = .tensor(try tensor(array))
    }
    finished[index] = (result, weight)
    return (result, weight)
  }

  private func weigh(
    _ part: (value: CheckpointValue, weight: Int), _ total: inout Int
  ) throws(CheckpointError) -> CheckpointValue {
    total += part.weight
    guard total <= largestWeight else {
      throw failure(
        "containers are shared so often that they would grow beyond \(largestWeight) values")
    }
    return part.value
  }

  private func key(_ value: PickleValue) throws(CheckpointError) -> String {
    switch value {
    case .string(let text): return text
    case .int(let number): return "\(number)"
    case .bool(let value): return value ? "True" : "False"
    case .float(let number): return "\(number)"
    case .none: return "None"
    case .dtype(let type): return "torch.\(type.rawValue)"
    case .node(let index):
      guard case .tuple = machine.nodes[index].kind, machine.nodes[index].children.count <= 16 else { break }
      var parts: [String] = []
      for child in machine.nodes[index].children {
        if case .node = child { throw failure("a dictionary's key is a nested container") }
        parts.append(try key(child))
      }
      return "(\(parts.joined(separator: ", ")))"
    default: break
    }
    throw failure("a dictionary's key is neither text nor number")
  }

  /// The value of a long whole number, rounded; infinite beyond the range of a double.
  private func approximation(_ range: Range<Int>) -> Double {
    let digits = machine.bytes[range]
    let isNegative = (digits.last ?? 0) >= 0x80
    let magnitude = digits.reversed().reduce(0.0) { $0 * 256 + Double(isNegative ? ~$1 : $1) }
    return isNegative ? -magnitude - 1 : magnitude
  }

  // MARK: Tensors

  private mutating func tensor(_ tensor: PickleTensor) throws(CheckpointError) -> StoredTensor {
    let storage = machine.storages[tensor.storage]
    let width = tensor.type.byteCount
    let storageWidth = (storage.type ?? .uint8).byteCount
    let location = try locate(storage)
    func refuse(_ why: String) -> CheckpointError {
      failure("a tensor of shape \(tensor.shape) and strides \(tensor.strides) \(why)")
    }
    guard let count = checkedCount(tensor.shape, width: width),
      let viewStart = product(storage.viewOffset, storageWidth), viewStart <= location.range.count,
      let first = product(tensor.offset, width), first <= location.range.count - viewStart
    else { throw refuse("lies outside of its storage") }
    var last = 0
    if count > 0 {
      for (size, stride) in zip(tensor.shape, tensor.strides) {
        guard let span = product(size - 1, stride), span <= location.range.count - last else {
          throw refuse("reaches beyond its storage")
        }
        last += span
      }
      guard let end = product(last + 1, width), end <= location.range.count - viewStart - first else {
        throw refuse("reaches beyond its storage of \(location.range.count) bytes")
      }
    }
    // A view may repeat elements, but not without measure: reading it takes memory.
    guard count <= max(location.range.count / width, 1 << 20) else {
      throw refuse("repeats the elements of a much smaller storage")
    }
    try account(count * width)
    return StoredTensor(
      name: "", type: tensor.type, shape: tensor.shape, block: machine.block,
      offset: location.range.lowerBound + viewStart + first, strides: tensor.strides,
      isByteSwapped: location.isByteSwapped)
  }

  private mutating func tensor(_ array: PickleArray?) throws(CheckpointError) -> StoredTensor {
    guard let array else { throw failure("a NumPy array without content") }
    var strides = contiguousStrides(array.shape)
    if array.isFortran { strides = contiguousStrides(array.shape.reversed()).reversed() }
    let (block, offset): (ByteBlock, Int) =
      switch array.bytes {
      case .bytes(let range): (machine.block, range.lowerBound)
      case .blob(let index): (machine.blobs[index], 0)
      default: throw failure("a NumPy array without bytes")
      }
    try account(array.shape.reduce(array.type.byteCount, *))
    return StoredTensor(
      name: "", type: array.type, shape: array.shape, block: block, offset: offset, strides: strides,
      isByteSwapped: array.isBigEndian)
  }

  /// Tied weights are stored once and listed several times; that has a measure too.
  private mutating func account(_ bytes: Int) throws(CheckpointError) {
    let (sum, overflow) = tensorBytes.addingReportingOverflow(bytes)
    guard !overflow, sum / 64 <= max(machine.block.bytes.count, 1 << 20) else {
      throw failure("its tensors would take more than 64 times the file's size")
    }
    tensorBytes = sum
  }

  private func product(_ a: Int, _ b: Int) -> Int? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow || product == .max ? nil : product
  }
}
