/// Building and writing values.
extension JSONTree: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  init(_ value: Content) { self.init(value: value, line: 0) }
  init(stringLiteral value: String) { self.init(.text(value)) }
  init(floatLiteral value: Double) { self.init(.number(value)) }
  init(integerLiteral value: Int) { self.init(.number(Double(value))) }
  init(booleanLiteral value: Bool) { self.init(.flag(value)) }
  init(arrayLiteral elements: JSONTree...) { self.init(.list(elements)) }
  init(dictionaryLiteral elements: (String, JSONTree)...) {
    self.init(.object(elements.map { (name: $0.0, value: $0.1) }))
  }

  static func text(_ text: String) -> JSONTree { JSONTree(.text(text)) }
  static func list(_ items: [JSONTree]) -> JSONTree { JSONTree(.list(items)) }
  static func numbers(_ numbers: [Double]) -> JSONTree { list(numbers.map { JSONTree(.number($0)) }) }

  /// With the members of objects on lines of their own, and lists of numbers on one line.
  ///
  /// Numbers are the shortest that read back as the same double.
  /// - Precondition: all numbers are finite.
  var rendered: String {
    var text = ""
    write(into: &text, indent: "")
    return text + "\n"
  }

  private func write(into output: inout String, indent: String) {
    let inner = indent + "  "
    switch value {
    case .null: output += "null"
    case .flag(let flag): output += flag ? "true" : "false"
    case .number(let number):
      output += Int(exactly: number).flatMap { abs($0) < 1 << 53 ? "\($0)" : nil } ?? "\(number)"
    case .text(let text): Self.quote(text, into: &output)
    case .list(let items) where items.allSatisfy({ $0.members == nil }):
      output += "["
      for (index, item) in items.enumerated() {
        if index > 0 { output += ", " }
        item.write(into: &output, indent: indent)
      }
      output += "]"
    case .list(let items):
      for (index, item) in items.enumerated() {
        output += (index == 0 ? "[\n" : ",\n") + inner
        item.write(into: &output, indent: inner)
      }
      output += "\n\(indent)]"
    case .object(let members):
      if members.isEmpty { output += "{" }
      for (index, member) in members.enumerated() {
        output += (index == 0 ? "{\n" : ",\n") + inner
        Self.quote(member.name, into: &output)
        output += ": "
        member.value.write(into: &output, indent: inner)
      }
      output += members.isEmpty ? "}" : "\n\(indent)}"
    }
  }

  private static func quote(_ text: String, into output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\t": output += "\\t"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
