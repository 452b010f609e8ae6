import Foundation
import MedVoxel

/// A JSON value with the line it stands on.
struct JSONTree: Sendable {
  enum Content: Sendable {
    case object([(name: String, value: JSONTree)])
    case list([JSONTree])
    case text(String)
    case number(Double)
    case flag(Bool)
    case null
  }

  var value: Content
  /// From 1.
  var line: Int

  /// The most objects and lists inside of each other.
  static let deepest = 256

  var text: String? { if case .text(let text) = value { text } else { nil } }
  // Swift 6.3's optimizer fails on the callers when it inlines this.
  @inline(never) var number: Double? { if case .number(let number) = value { number } else { nil } }
  var flag: Bool? { if case .flag(let flag) = value { flag } else { nil } }
  var list: [JSONTree]? { if case .list(let list) = value { list } else { nil } }
  var members: [(name: String, value: JSONTree)]? {
    if case .object(let members) = value { members } else { nil }
  }
  var isNull: Bool { if case .null = value { true } else { false } }

  /// The last member of a name, as other readers have it; nil where there is none or it is null.
  subscript(name: String) -> JSONTree? {
    guard let found = members?.last(where: { $0.name == name })?.value, !found.isNull else { return nil }
    return found
  }

  /// A list of numbers.
  var numbers: [Double]? {
    guard let list else { return nil }
    let numbers = list.compactMap(\.number)
    return numbers.count == list.count ? numbers : nil
  }

  /// Whole text, number or flag as text; nil for others.
  var plain: String? {
    switch value {
    case .text(let text): text
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .flag(let flag): "\(flag)"
    case .object, .list, .null: nil
    }
  }
}

extension JSONTree {
  /// Reads UTF-8, strictly as RFC 8259 has it, with or without a byte order mark.
  ///
  /// - Throws: `ImageError` with the line of what is no JSON, nested deeper than `deepest`, or goes on after the value.
  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8], name: String) throws(ImageError) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let result = bytes.withUnsafeBufferPointer { buffer in
      var reader = JSONReader(bytes: buffer, place: start)
      return reader.document()
    }
    switch result {
    case .success(let tree): self = tree
    case .failure(let damage):
      throw ImageError(
        damage.statement, at: "\(name): line \(damage.line)", remedy: "get the file again from its source")
    }
  }
}

/// Reads JSON text.
private struct JSONReader {
  struct Damage: Error {
    var statement: String
    var line: Int
  }

  let bytes: UnsafeBufferPointer<UInt8>
  var place: Int
  var line = 1
  var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>, place: Int) {
    self.bytes = bytes
    self.place = place
  }

  mutating func document() -> Result<JSONTree, Damage> {
    do throws(Damage) {
      let tree = try value()
      skipBlanks()
      guard place == bytes.count else { throw damage("expected the end of the file after the value") }
      return .success(tree)
    } catch {
      return .failure(error)
    }
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func damage(_ statement: String) -> Damage {
    let found: String =
      switch next {
      case nil: "the end"
      case let byte? where (33...126).contains(byte): "“\(Character(UnicodeScalar(byte)))”"
      case let byte?: "the byte \(byte)"
      }
    return Damage(statement: "the file is no JSON: \(statement), found \(found)", line: line)
  }

  private mutating func skipBlanks() {
    while let byte = next {
      if byte == 10 { line += 1 } else if byte != 32, byte != 9, byte != 13 { return }
      place += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    place += 1
    return true
  }

  private mutating func value() throws(Damage) -> JSONTree {
    skipBlanks()
    let line = line
    switch next {
    case UInt8(ascii: "{"): return JSONTree(value: try object(), line: line)
    case UInt8(ascii: "["): return JSONTree(value: try list(), line: line)
    case UInt8(ascii: "\""): return JSONTree(value: .text(try text()), line: line)
    case UInt8(ascii: "t"): return JSONTree(value: try word("true", .flag(true)), line: line)
    case UInt8(ascii: "f"): return JSONTree(value: try word("false", .flag(false)), line: line)
    case UInt8(ascii: "n"): return JSONTree(value: try word("null", .null), line: line)
    default: return JSONTree(value: .number(try number()), line: line)
    }
  }

  private mutating func enter() throws(Damage) {
    depth += 1
    guard depth <= JSONTree.deepest else {
      throw Damage(statement: "values are nested more than \(JSONTree.deepest) deep", line: line)
    }
    place += 1
    skipBlanks()
  }

  private mutating func object() throws(Damage) -> JSONTree.Content {
    try enter()
    var members: [(name: String, value: JSONTree)] = []
    defer { depth -= 1 }
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw damage("expected a name in quotes") }
      let name = try text()
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw damage("expected “:”") }
      members.append((name, try value()))
      skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw damage("expected “,” or “}”") }
    }
  }

  private mutating func list() throws(Damage) -> JSONTree.Content {
    try enter()
    var items: [JSONTree] = []
    defer { depth -= 1 }
    if take(UInt8(ascii: "]")) { return .list(items) }
    while true {
      items.append(try value())
      skipBlanks()
      if take(UInt8(ascii: "]")) { return .list(items) }
      guard take(UInt8(ascii: ",")) else { throw damage("expected “,” or “]”") }
    }
  }

  private mutating func word(_ word: String, _ value: JSONTree.Content) throws(Damage) -> JSONTree.Content {
    for byte in word.utf8 {
      guard take(byte) else { throw damage("expected \(word)") }
    }
    return value
  }

  private mutating func digits() -> Int {
    let start = place
    while let byte = next, (48...57).contains(byte) { place += 1 }
    return place - start
  }

  private mutating func number() throws(Damage) -> Double {
    let start = place
    _ = take(UInt8(ascii: "-"))
    let first = next
    let count = digits()
    guard count > 0, count == 1 || first != 48 else { throw damage("expected a value") }
    if take(UInt8(ascii: ".")), digits() == 0 { throw damage("expected digits after the point") }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      place += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      guard digits() > 0 else { throw damage("expected digits of the exponent") }
    }
    // Too large a number becomes infinite; who uses it says where.
    let digits = UnsafeBufferPointer(rebasing: bytes[start..<place])
    return Double(String(decoding: digits, as: UTF8.self)) ?? .infinity
  }

  private mutating func text() throws(Damage) -> String {
    place += 1
    let start = place
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 32 { place += 1 }
    if next == UInt8(ascii: "\"") {
      defer { place += 1 }
      return try decoded(Array(bytes[start..<place]))
    }
    var content = Array(bytes[start..<place])
    while let byte = next, byte >= 32 {
      place += 1
      if byte == UInt8(ascii: "\"") { return try decoded(content) }
      if byte == UInt8(ascii: "\\") {
        try escape(into: &content)
      } else {
        content.append(byte)
      }
    }
    throw damage("expected the end of a text")
  }

  private func decoded(_ content: [UInt8]) throws(Damage) -> String {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw Damage(statement: "the file is no JSON: a text is not UTF-8", line: line)
    }
    return text
  }

  private mutating func escape(into content: inout [UInt8]) throws(Damage) {
    guard let byte = next else { throw damage("expected the end of a text") }
    switch byte {
    case UInt8(ascii: "n"): content.append(10)
    case UInt8(ascii: "t"): content.append(9)
    case UInt8(ascii: "r"): content.append(13)
    case UInt8(ascii: "b"): content.append(8)
    case UInt8(ascii: "f"): content.append(12)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "u"):
      place += 1
      var code = try unit()
      if code & 0xFC00 == 0xD800, next == UInt8(ascii: "\\") {
        place += 1
        guard take(UInt8(ascii: "u")) else { throw damage("expected the second half of a character") }
        let low = try unit()
        guard low & 0xFC00 == 0xDC00 else { throw damage("expected the second half of a character") }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = UnicodeScalar(code) else { throw damage("expected a whole character") }
      content += Array(String(scalar).utf8)
      return
    default: throw damage("expected one of \"\\/bfnrtu after “\\”")
    }
    place += 1
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws(Damage) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 128 else {
        throw damage("expected four hexadecimal digits")
      }
      code = code << 4 + UInt32(digit)
      place += 1
    }
    return code
  }
}
