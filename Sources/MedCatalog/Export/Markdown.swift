/// Text as Markdown shows it: nothing of it is read as a sign.
enum Markdown {
  static func escaped(_ text: String) -> String {
    let characters = Array(text.oneLine)
    var result = ""
    for (index, character) in characters.enumerated() {
      let next = index + 1 < characters.count ? characters[index + 1] : " "
      // An ampersand is a sign only where it begins a name such as `&lt;`.
      if "\\`*_[]<~".contains(character) || (character == "&" && next != " ") { result += "\\" }
      result.append(character)
    }
    return result
  }

  static func link(_ label: String, _ url: String) -> String {
    var address = ""
    for character in url.oneLine {
      switch character {
      case " ": address += "%20"
      case "(": address += "%28"
      case ")": address += "%29"
      case "<": address += "%3C"
      case ">": address += "%3E"
      case "\\": address += "%5C"
      default: address.append(character)
      }
    }
    return "[\(escaped(label))](\(address))"
  }

  /// The anchor that viewers give a heading.
  static func anchor(_ heading: String) -> String {
    String(
      heading.lowercased().compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "-" ? $0 : nil }
    )
  }
}
