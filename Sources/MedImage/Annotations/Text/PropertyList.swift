import Foundation
import MedVoxel

/// A property list in XML, as Apple's programs write it.
///
/// Source: the document type http://www.apple.com/DTDs/PropertyList-1.0.dtd.
indirect enum PropertyList: Sendable {
  case dictionary([(name: String, value: PropertyList)], line: Int)
  case array([PropertyList], line: Int)
  case text(String, line: Int)
  case number(Double, line: Int)
  case flag(Bool, line: Int)

  /// - Throws: `ImageError` for an element that no property list has, or one that doesn't hold what its name says.
  init(_ root: XMLTree.Element, name: String) throws(ImageError) {
    guard root.name == "plist", root.children.count == 1, let value = root.children.first else {
      throw ImageError(
        "expected a plist with one value, found \(root.name) with \(root.children.count)",
        at: "\(name): line \(root.line)")
    }
    try self.init(value: value, name: name)
  }

  private init(value element: XMLTree.Element, name: String) throws(ImageError) {
    let line = element.line
    func fault(_ statement: String) -> ImageError { ImageError(statement, at: "\(name): line \(line)") }
    switch element.name {
    case "dict":
      var members: [(name: String, value: PropertyList)] = []
      for pair in stride(from: 0, to: element.children.count, by: 2) {
        let key = element.children[pair]
        guard key.name == "key", pair + 1 < element.children.count else {
          throw ImageError(
            "expected a key and its value, found \(key.name)", at: "\(name): line \(key.line)")
        }
        let value = element.children[pair + 1]
        members.append((key.text, try PropertyList(value: value, name: name)))
      }
      self = .dictionary(members, line: line)
    case "array":
      var items: [PropertyList] = []
      for child in element.children { items.append(try PropertyList(value: child, name: name)) }
      self = .array(items, line: line)
    case "string", "date", "data": self = .text(element.text, line: line)
    case "integer", "real":
      guard let number = Double(element.text) else {
        throw fault("expected a number, found “\(element.text.prefix(40))”")
      }
      self = .number(number, line: line)
    case "true", "false": self = .flag(element.name == "true", line: line)
    default: throw fault("expected a value of a property list, found \(element.name)")
    }
  }

  var line: Int {
    switch self {
    case .dictionary(_, let line), .array(_, let line), .text(_, let line), .number(_, let line),
      .flag(_, let line):
      line
    }
  }
  var text: String? { if case .text(let text, _) = self { text } else { nil } }
  var number: Double? { if case .number(let number, _) = self { number } else { nil } }
  var array: [PropertyList]? { if case .array(let items, _) = self { items } else { nil } }

  subscript(name: String) -> PropertyList? {
    if case .dictionary(let members, _) = self { members.first { $0.name == name }?.value } else { nil }
  }

  /// A text or number as text.
  var plain: String? {
    switch self {
    case .text(let text, _): text
    case .number(let number, _): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    default: nil
    }
  }
}
