/// A piece of HTML. Text becomes HTML only through `text(_:)`, which escapes it, so that a file name or class
/// name can't inject markup.
struct HTML {
  var source: String

  init(source: String) { self.source = source }

  static func text(_ value: String) -> HTML {
    var escaped = ""
    for character in value {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.append(character)
      }
    }
    return HTML(source: escaped)
  }

  static func element(_ name: String, _ attributes: [String: String] = [:], _ content: HTML...) -> HTML {
    element(name, attributes, content)
  }

  static func element(_ name: String, _ attributes: [String: String] = [:], _ content: [HTML]) -> HTML {
    let written = attributes.sorted { $0.key < $1.key }
      .map { " \($0.key)=\"\(text($0.value).source)\"" }.joined()
    if ["img", "br", "meta"].contains(name) { return HTML(source: "<\(name)\(written)>") }
    return HTML(source: "<\(name)\(written)>\(content.map(\.source).joined())</\(name)>")
  }

  static func paragraph(_ text: String, class name: String? = nil) -> HTML {
    element("p", name.map { ["class": $0] } ?? [:], .text(text))
  }

  /// A table whose first row is the header. Cells that parse as numbers are set right-aligned by `class`.
  static func table(header: [String], rows: [[String]]) -> HTML {
    func cell(_ name: String, _ value: String, _ column: Int) -> HTML {
      element(name, column == 0 ? [:] : ["class": "number"], .text(value))
    }
    let head = element("tr", [:], header.enumerated().map { cell("th", $1, $0) })
    let body = rows.map { row in element("tr", [:], row.enumerated().map { cell("td", $1, $0) }) }
    return element(
      "div", ["class": "scroll"],
      element("table", [:], element("thead", [:], head), element("tbody", [:], body)))
  }
}
