extension PickleMachine {
  /// Carries out one instruction.
  /// - Returns: false at the end of the pickle.
  mutating func step() throws(CheckpointError) -> Bool {
    let code = try integer(UInt8.self)
    switch code {
    case 0x2E: return false  // STOP
    case 0x80:  // PROTO
      let version = try integer(UInt8.self)
      guard version <= 5 else { throw failure("pickle protocol \(version); at most 5 is known") }
    case 0x95: _ = try integer(UInt64.self)  // FRAME
    case 0x28: mark()  // MARK
    case 0x30:  // POP
      if top == nil { _ = try popToMark() } else { _ = try pop() }
    case 0x31: _ = try popToMark()  // POP_MARK
    case 0x32:  // DUP
      guard let top else { throw failure("the stack is empty") }
      push(top)
    case 0x4E: push(.none)  // NONE
    case 0x88: push(.bool(true))  // NEWTRUE
    case 0x89: push(.bool(false))  // NEWFALSE
    default:
      if try number(code) { return true }
      if try text(code) { return true }
      if try container(code) { return true }
      if try memory(code) { return true }
      if try construction(code) { return true }
      throw failure("byte \(code) is no pickle instruction", remedy: "the file is damaged: copy it again")
    }
    return true
  }

  private mutating func number(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case 0x4B: push(.int(Int(try integer(UInt8.self))))  // BININT1
    case 0x4D: push(.int(Int(try integer(UInt16.self))))  // BININT2
    case 0x4A: push(.int(Int(try integer(Int32.self))))  // BININT
    case 0x47: push(.float(Double(bitPattern: try integer(UInt64.self).byteSwapped)))  // BINFLOAT
    case 0x8A: try long(Int(try integer(UInt8.self)))  // LONG1
    case 0x8B: try long(Int(try integer(Int32.self)))  // LONG4
    case 0x49, 0x4C:  // INT, LONG
      var line = try line()
      if code == 0x49, line == "01" || line == "00" {
        push(.bool(line == "01"))
        return true
      }
      if line.hasSuffix("L") { line.removeLast() }
      guard let value = Int(line) else { throw failure("“\(line.prefix(40))” is no whole number of 64 bits") }
      push(.int(value))
    case 0x46:  // FLOAT
      let line = try line()
      guard let value = Double(line) else { throw failure("“\(line.prefix(40))” is no number") }
      push(.float(value))
    default: return false
    }
    return true
  }

  private mutating func long(_ count: Int) throws(CheckpointError) {
    guard (0...1024).contains(count) else {
      throw failure("a whole number of \(count) bytes; at most 1024 are read")
    }
    let range = try take(count)
    guard count <= 8 else { return push(.long(range)) }
    var value: UInt64 = 0
    for index in range.reversed() { value = value << 8 | UInt64(bytes[index]) }
    if count > 0, count < 8, bytes[range.upperBound - 1] >= 0x80 { value |= ~0 << UInt64(8 * count) }
    push(.int(Int(Int64(bitPattern: value))))
  }

  private mutating func text(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case 0x58: push(.string(text(try take(Int(try integer(UInt32.self))))))  // BINUNICODE
    case 0x8C: push(.string(text(try take(Int(try integer(UInt8.self))))))  // SHORT_BINUNICODE
    case 0x8D: push(.string(text(try take(length(try integer(UInt64.self))))))  // BINUNICODE8
    case 0x56: push(.string(try line()))  // UNICODE
    case 0x54: push(.string(text(try take(Int(try integer(Int32.self))))))  // BINSTRING
    case 0x55: push(.string(text(try take(Int(try integer(UInt8.self))))))  // SHORT_BINSTRING
    case 0x53:  // STRING
      let line = try line()
      guard line.count >= 2, let quote = line.first, quote == "'" || quote == "\"", line.last == quote else {
        throw failure("a text without quotes")
      }
      push(.string(String(line.dropFirst().dropLast())))
    case 0x42: push(.bytes(try take(Int(try integer(UInt32.self)))))  // BINBYTES
    case 0x43: push(.bytes(try take(Int(try integer(UInt8.self)))))  // SHORT_BINBYTES
    case 0x8E, 0x96: push(.bytes(try take(length(try integer(UInt64.self)))))  // BINBYTES8, BYTEARRAY8
    default: return false
    }
    return true
  }

  private mutating func container(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case 0x5D: push(try make(.list))  // EMPTY_LIST
    case 0x7D: push(try make(.dictionary))  // EMPTY_DICT
    case 0x29: push(try make(.tuple))  // EMPTY_TUPLE
    case 0x8F: push(try make(.set))  // EMPTY_SET
    case 0x6C: push(try make(.list, try popToMark()))  // LIST
    case 0x64: push(try make(.dictionary, try pairs()))  // DICT
    case 0x74: push(try make(.tuple, try popToMark()))  // TUPLE
    case 0x91: push(try make(.set, try popToMark()))  // FROZENSET
    case 0x85, 0x86, 0x87:  // TUPLE1, TUPLE2, TUPLE3
      var values: [PickleValue] = []
      for _ in 0x85...code { values.append(try pop()) }
      push(try make(.tuple, values.reversed()))
    case 0x61:  // APPEND
      let value = try pop()
      try append([value])
    case 0x65, 0x90: try append(try popToMark())  // APPENDS, ADDITEMS
    case 0x73:  // SETITEM
      let value = try pop()
      let key = try pop()
      try append([key, value])
    case 0x75: try append(try pairs())  // SETITEMS
    default: return false
    }
    return true
  }

  private mutating func pairs() throws(CheckpointError) -> [PickleValue] {
    let values = try popToMark()
    guard values.count.isMultiple(of: 2) else { throw failure("a key without a value") }
    return values
  }

  private mutating func append(_ values: [PickleValue]) throws(CheckpointError) {
    guard let top else { throw failure("the stack is empty") }
    switch top {
    case .node(let index): nodes[index].children.append(contentsOf: values)
    case .refused, .global(.refused): break
    default: throw failure("elements are added to what is no container")
    }
  }

  private mutating func memory(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case 0x94: try remember(nil)  // MEMOIZE
    case 0x71: try remember(Int(try integer(UInt8.self)))  // BINPUT
    case 0x72: try remember(Int(try integer(UInt32.self)))  // LONG_BINPUT
    case 0x68: try recall(Int(try integer(UInt8.self)))  // BINGET
    case 0x6A: try recall(Int(try integer(UInt32.self)))  // LONG_BINGET
    case 0x70, 0x67:  // PUT, GET
      let line = try line()
      guard let index = Int(line), index >= 0 else { throw failure("“\(line.prefix(40))” is no memo number") }
      if code == 0x70 { try remember(index) } else { try recall(index) }
    default: return false
    }
    return true
  }

  private mutating func construction(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case 0x63:  // GLOBAL
      let module = try line()
      try pushGlobal(module: module, name: try line())
    case 0x93:  // STACK_GLOBAL
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw failure("a global whose name is no text")
      }
      try pushGlobal(module: module, name: name)
    case 0x52, 0x81:  // REDUCE, NEWOBJ
      let arguments = try pop()
      let callable = try pop()
      push(try reduce(callable, try elements(of: arguments)))
    case 0x92:  // NEWOBJ_EX
      _ = try pop()
      let arguments = try pop()
      let callable = try pop()
      push(try reduce(callable, try elements(of: arguments)))
    case 0x69:  // INST
      let module = try line()
      try pushGlobal(module: module, name: try line())
      let callable = try pop()
      push(try reduce(callable, try popToMark()))
    case 0x6F:  // OBJ
      let values = try popToMark()
      guard let callable = values.first else { throw failure("an object without a class") }
      push(try reduce(callable, Array(values.dropFirst())))
    case 0x62:  // BUILD
      let state = try pop()
      try build(state)
    case 0x51: push(try persistent(try pop()))  // BINPERSID
    case 0x50: throw failure("a persistent name as text, which PyTorch does not write")  // PERSID
    case 0x82, 0x83, 0x84: throw failure("an extension code, which only its own program could explain")
    case 0x97, 0x98: throw failure("a buffer outside of the pickle")
    default: return false
    }
    return true
  }

  func elements(of value: PickleValue) throws(CheckpointError) -> [PickleValue] {
    switch value {
    case .node(let index): nodes[index].children
    case .refused: []
    default: throw failure("arguments that are no tuple")
    }
  }
}
