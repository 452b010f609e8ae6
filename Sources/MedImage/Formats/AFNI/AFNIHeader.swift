import MedVoxel

/// The attributes of an AFNI `.HEAD` file: blocks of `type`, `name` and `count`, then the values.
struct AFNIHeader {
  enum Value {
    case text(String)
    case numbers([Double])
  }

  private(set) var names: [String] = []
  private var values: [String: Value] = [:]

  /// - Throws: `ImageError` with all blocks that are none.
  init(_ bytes: [UInt8], at location: String) throws(ImageError) {
    var problems: [Problem] = []
    // Texts of any encoding are kept byte by byte.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { MetaImageHeader.trimmed($0) }
    var position = 0
    while position < lines.count {
      guard !lines[position].isEmpty else {
        position += 1
        continue
      }
      let start = position
      func field(_ name: String) -> String? {
        guard position < lines.count else { return nil }
        let parts = lines[position].split(separator: "=", maxSplits: 1)
        guard parts.count == 2, MetaImageHeader.trimmed(parts[0].utf8) == name else { return nil }
        position += 1
        return MetaImageHeader.trimmed(parts[1].utf8)
      }
      guard let type = field("type"), let name = field("name"),
        let count = field("count").flatMap({ Int($0) })
      else {
        problems.append(
          Problem(
            "expected type, name and count of an attribute, found “\(lines[position < lines.count ? position : start].prefix(60))”",
            at: "\(location), line \(position + 1)"))
        break
      }
      let first = position
      if type == "string-attribute" {
        // The text may have empty lines: it ends with a tilde, after as many characters as are counted.
        var text = lines[position < lines.count ? position : start]
        position += 1
        while position < lines.count, text.utf8.count <= count,
          !lines[position].isEmpty || !text.hasSuffix("~"),
          !lines[position].hasPrefix("type")
        {
          text += "\n" + lines[position]
          position += 1
        }
        while text.hasSuffix("\n") { text.removeLast() }
        if text.hasPrefix("'") { text.removeFirst() }
        while text.hasSuffix("~") { text.removeLast() }
        set(name, .text(text))
        continue
      }
      var numbers: [Double] = []
      while position < lines.count, !lines[position].isEmpty, !lines[position].hasPrefix("type") {
        for word in MetaImageHeader.words(lines[position]) {
          guard let number = Double(word) else {
            problems.append(
              Problem("\(name): expected numbers, found “\(word)”", at: "\(location), line \(position + 1)"))
            continue
          }
          numbers.append(number)
        }
        position += 1
      }
      if numbers.count < count {
        problems.append(
          Problem(
            "\(name): expected \(count) numbers, found \(numbers.count)", at: "\(location), line \(first + 1)"
          ))
      }
      set(name, .numbers(numbers))
    }
    guard problems.isEmpty else { throw ImageError(problems) }
  }

  private mutating func set(_ name: String, _ value: Value) {
    if values[name] == nil { names.append(name) }
    values[name] = value
  }

  func numbers(_ name: String) -> [Double]? {
    if case .numbers(let numbers) = values[name] { numbers } else { nil }
  }

  func text(_ name: String) -> String? {
    if case .text(let text) = values[name] { text } else { nil }
  }

  /// Whole numbers; nil where the attribute is missing or one is none.
  func integers(_ name: String) -> [Int]? {
    guard let numbers = numbers(name) else { return nil }
    let whole = numbers.compactMap { Int(exactly: $0) }
    return whole.count == numbers.count ? whole : nil
  }
}
