/// JSON whose members keep the order they are written in; absent members are left out.
enum JSONText: ExpressibleByStringLiteral {
  case string(String)
  case number(Int)
  case array([JSONText])
  case members([(String, JSONText)])

  init(stringLiteral value: String) { self = .string(value) }

  static func object(_ members: [(String, JSONText?)]) -> JSONText {
    .members(members.compactMap { name, value in value.map { (name, $0) } })
  }

  static func optional(_ text: String?) -> JSONText? { text.map { .string($0) } }

  /// An array of strings; nil when it is empty.
  static func strings(_ texts: [String]) -> JSONText? {
    texts.isEmpty ? nil : .array(texts.map { .string($0) })
  }

  /// Indented by two spaces a level.
  var text: String {
    var out = ""
    write(to: &out, indent: "")
    return out
  }

  private func write(to out: inout String, indent: String) {
    let inner = indent + "  "
    switch self {
    case .string(let text): out += Self.quoted(text)
    case .number(let number): out += String(number)
    case .array(let items) where items.isEmpty: out += "[]"
    case .array(let items):
      out += "[\n"
      for (index, item) in items.enumerated() {
        out += inner
        item.write(to: &out, indent: inner)
        out += index + 1 < items.count ? ",\n" : "\n"
      }
      out += indent + "]"
    case .members(let members) where members.isEmpty: out += "{}"
    case .members(let members):
      out += "{\n"
      for (index, member) in members.enumerated() {
        out += inner + Self.quoted(member.0) + ": "
        member.1.write(to: &out, indent: inner)
        out += index + 1 < members.count ? ",\n" : "\n"
      }
      out += indent + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
