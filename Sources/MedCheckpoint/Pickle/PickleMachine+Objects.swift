extension PickleMachine {
  /// What the recognized callable would have made of its arguments.
  mutating func reduce(
    _ callable: PickleValue, _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    let global: PickleGlobal
    switch callable {
    case .global(let value): global = value
    case .refused: return .refused
    default: throw failure("a call of what is no class or function")
    }
    switch global {
    case .refused: return .refused
    case .dictionaryType: return try dictionary(arguments)
    case .listType: return try make(.list, try copied(arguments.first))
    case .tupleType, .size: return try make(.tuple, try copied(arguments.first))
    case .setType: return try make(.set, try copied(arguments.first))
    case .complexType: return try make(.tuple, arguments)
    case .numberType, .device: return arguments.first ?? .none
    case .bytesType: return try bytes(arguments)
    case .encode: return try encoded(arguments)
    case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3: return try tensor(global, arguments)
    case .rebuildParameter: return arguments.first ?? .none
    case .rebuildFromType: return try rebuiltFromType(arguments)
    case .numpyType: return try numpyType(arguments)
    case .numpyScalar: return try numpyScalar(arguments)
    case .numpyReconstruct: return try make(.numpyArray(nil))
    case .tensorType, .storage, .numpyArrayType:
      throw failure("a tensor or array that is made in a way PyTorch does not use")
    }
  }

  private mutating func copied(_ source: PickleValue?) throws(CheckpointError) -> [PickleValue] {
    guard let source else { return [] }
    let values = try elements(of: source)
    try charge(values.count)
    return values
  }

  /// `OrderedDict([(key, value), …])`, `defaultdict(factory)`, or an empty one.
  private mutating func dictionary(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard case .node(let index)? = arguments.last else { return try make(.dictionary) }
    if case .dictionary = nodes[index].kind { return try make(.dictionary, try copied(arguments.last)) }
    var children: [PickleValue] = []
    for pair in try copied(arguments.last) {
      let pair = try elements(of: pair)
      guard pair.count == 2 else { throw failure("a dictionary made of what are no pairs") }
      children += pair
    }
    return try make(.dictionary, children)
  }

  private mutating func bytes(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    switch arguments.first {
    case .bytes?, .blob?: return arguments[0]
    case .string?: return try encoded(arguments)
    case nil:
      blobs.append(ByteBlock(copying: [UInt8]()))
      return .blob(blobs.count - 1)
    default: throw failure("bytes made of what are no bytes")
    }
  }

  /// `_codecs.encode(text, "latin1")`: how old protocols spell bytes.
  private mutating func encoded(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard case .string(let text)? = arguments.first else { throw failure("bytes spelled by what is no text") }
    try charge(text.utf8.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { throw failure("bytes spelled with other letters") }
      bytes.append(byte)
    }
    blobs.append(ByteBlock(copying: bytes))
    return .blob(blobs.count - 1)
  }

  // MARK: Tensors

  /// `(storage, offset, size, stride, …)`, in version 3 with the data type at the seventh place.
  private mutating func tensor(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickleValue {
    guard arguments.count >= 4, case .storage(let index) = arguments[0], case .int(let offset) = arguments[1]
    else { throw failure("a tensor whose storage and offset are missing") }
    let shape = try sizes(arguments[2])
    let strides = try sizes(arguments[3])
    let storage = storages[index]
    var type = storage.type ?? .uint8
    if global == .rebuildTensorV3 {
      guard arguments.count >= 7, case .dtype(let wanted) = arguments[6] else {
        throw failure("a tensor of a data type that is not known here")
      }
      type = wanted
    }
    guard offset >= 0, shape.count == strides.count, shape.count <= 64 else {
      throw failure("a tensor of shape \(shape), strides \(strides), offset \(offset)")
    }
    tensors.append(
      PickleTensor(
        storage: index, type: type, offset: offset, shape: shape, strides: strides))
    return .tensor(tensors.count - 1)
  }

  private mutating func sizes(_ value: PickleValue) throws(CheckpointError) -> [Int] {
    let values = try elements(of: value)
    try charge(values.count)
    var sizes: [Int] = []
    for value in values.prefix(65) {
      guard case .int(let size) = value, size >= 0 else {
        throw failure("a size that is no whole number from 0")
      }
      sizes.append(size)
    }
    return sizes
  }

  /// `(function, type, arguments, state)`: a tensor with Python attributes, which are left behind.
  private mutating func rebuiltFromType(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard arguments.count >= 3 else { throw failure("a tensor without its parts") }
    guard case .global(.tensorType) = arguments[1] else {
      guard case .global(.refused) = arguments[1] else { throw failure("a tensor of an unknown class") }
      return .refused
    }
    guard case .global(let function) = arguments[0], function != .rebuildFromType else {
      throw failure("a tensor made by what is no function")
    }
    return try reduce(arguments[0], try elements(of: arguments[2]))
  }

  /// `("storage", type, key, device, count[, view])`.
  mutating func persistent(_ value: PickleValue) throws(CheckpointError) -> PickleValue {
    let parts = try elements(of: value)
    if case .string("module")? = parts.first, parts.count >= 2 { return parts[1] }
    guard parts.count >= 5, case .string("storage") = parts[0], case .string(let key) = parts[2],
      case .int(let count) = parts[4], count >= 0, key.utf8.count <= PickleMachine.longestName
    else { throw failure("a persistent name that is no storage") }
    guard case .global(.storage(let type)) = parts[1] else {
      if case .global(.refused) = parts[1] { return .refused }
      throw failure("a storage of an unknown type")
    }
    var storage = PickleStorage(key: key, type: type, count: count)
    if parts.count >= 6, case .node(let view) = parts[5] {
      let view = nodes[view].children
      guard view.count == 3, case .int(let offset) = view[1], case .int(let size) = view[2], offset >= 0,
        size >= 0
      else { throw failure("a view of a storage that says nothing sensible") }
      storage.viewOffset = offset
      storage.count = size
    }
    storages.append(storage)
    return .storage(storages.count - 1)
  }

  // MARK: State

  /// `BUILD`: attributes of dictionaries are dropped, NumPy values are completed.
  mutating func build(_ state: PickleValue) throws(CheckpointError) {
    guard let top else { throw failure("the stack is empty") }
    switch top {
    case .refused, .global(.refused), .tensor: return
    case .node(let index):
      switch nodes[index].kind {
      case .dictionary, .list, .set: return
      case .numpyType: try completeType(index, try elements(of: state))
      case .numpyArray: try completeArray(index, try elements(of: state))
      case .tuple: throw failure("attributes for a tuple")
      }
    default: throw failure("attributes for what is no object")
    }
  }
}
