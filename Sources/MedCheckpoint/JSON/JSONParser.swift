extension JSONValue {
  /// Reads one JSON text (RFC 8259).
  ///
  /// - Throws: `CheckpointError` that names the byte: for anything that is not JSON, a member named twice, or
  ///   more than 200 levels.
  /// - Complexity: O(bytes) in time and memory.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  public init(parsing text: String) throws(CheckpointError) {
    let block = ByteBlock(copying: Array(text.utf8))
    defer { withExtendedLifetime(block) {} }
    self = try JSONValue(parsing: block.bytes)
  }
}

struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  var position = 0
  static let deepest = 200

  mutating func document() throws(CheckpointError) -> JSONValue {
    let result = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("expected the end of the JSON text") }
    return result
  }

  private func failure(_ text: String) -> CheckpointError {
    let found: String
    if position < bytes.count {
      let byte = bytes[position]
      found = (0x20..<0x7F).contains(byte) ? "“\(Character(UnicodeScalar(byte)))”" : "byte \(byte)"
    } else {
      found = "the end"
    }
    return CheckpointError("\(text), found \(found)", at: "byte \(position) of the JSON text")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(CheckpointError) -> JSONValue {
    guard depth < JSONParser.deepest else { throw failure("expected at most \(JSONParser.deepest) levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(CheckpointError) -> JSONValue {
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count,
      (0..<count).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { throw failure("expected a JSON value") }
    position += count
    return value
  }

  private mutating func object(depth: Int) throws(CheckpointError) -> JSONValue {
    position += 1
    var object = JSONObject()
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(object) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("expected a member's name in quotes") }
      let key = try string()
      guard object[key] == nil else { throw failure("the name “\(key)” stands twice in one object") }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("expected a colon after “\(key)”") }
      object[key] = try value(depth: depth + 1)
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw failure("expected a comma or the end of the object") }
    return .object(object)
  }

  private mutating func array(depth: Int) throws(CheckpointError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(values) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw failure("expected a comma or the end of the list") }
    return .array(values)
  }

  private mutating func number() throws(CheckpointError) -> JSONValue {
    let start = position
    var isWhole = true
    _ = take(UInt8(ascii: "-"))
    let digits = position
    skipDigits()
    guard position > digits, bytes[digits] != UInt8(ascii: "0") || position == digits + 1 else {
      position = start
      throw failure("expected a JSON value")
    }
    if take(UInt8(ascii: ".")) {
      isWhole = false
      let fraction = position
      skipDigits()
      guard position > fraction else { throw failure("expected a digit") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      let exponent = position
      skipDigits()
      guard position > exponent else { throw failure("expected a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw failure("expected a number") }
    return .number(value)
  }

  private mutating func skipDigits() {
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
  }

  private mutating func string() throws(CheckpointError) -> String {
    position += 1
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    if next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try text(Array(bytes[start..<position]))
    }
    var units = Array(bytes[start..<position])
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(units)
      case UInt8(ascii: "\\"): try escape(into: &units)
      case 0..<0x20:
        position -= 1
        throw failure("expected no control character in a string")
      default: units.append(byte)
      }
    }
    throw failure("expected the end of a string")
  }

  private func text(_ units: [UInt8]) throws(CheckpointError) -> String {
    guard let text = String(validating: units, as: UTF8.self) else { throw failure("expected UTF-8 text") }
    return text
  }

  private mutating func escape(into units: inout [UInt8]) throws(CheckpointError) {
    guard let byte = next else { throw failure("expected an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): units.append(0x0A)
    case UInt8(ascii: "t"): units.append(0x09)
    case UInt8(ascii: "r"): units.append(0x0D)
    case UInt8(ascii: "b"): units.append(0x08)
    case UInt8(ascii: "f"): units.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
          throw failure("expected the second half of a surrogate pair")
        }
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("expected a low surrogate") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = UnicodeScalar(code) else { throw failure("expected a character's code") }
      units.append(contentsOf: String(Character(scalar)).utf8)
    default:
      position -= 1
      throw failure("expected an escape that JSON knows")
    }
  }

  private mutating func hexadecimal() throws(CheckpointError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw failure("expected four hexadecimal digits") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue else {
        throw failure("expected a hexadecimal digit")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
