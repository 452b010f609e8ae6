/// Fields of a line of a separated table.
enum SeparatedLine {
  /// Splits at separators outside of double quotes; a doubled quote within stands for one. Blanks at the fields' ends
  /// are dropped.
  static func fields(_ line: Substring, _ separator: Character) -> [String] {
    guard line.contains("\"") else {
      return line.split(separator: separator, omittingEmptySubsequences: false).map { String($0.trimmed) }
    }
    var fields: [String] = []
    var (field, isQuoted, wasQuoted) = ("", false, false)
    var rest = line[...]
    while let character = rest.popFirst() {
      if isQuoted {
        if character != "\"" {
          field.append(character)
        } else if rest.first == "\"" {
          field.append("\"")
          rest.removeFirst()
        } else {
          isQuoted = false
        }
      } else if character == "\"", field[...].trimmed.isEmpty {
        (field, isQuoted, wasQuoted) = ("", true, true)
      } else if character == separator {
        fields.append(wasQuoted ? field : String(field[...].trimmed))
        (field, wasQuoted) = ("", false)
      } else if !wasQuoted || character != " " {
        field.append(character)
      }
    }
    return fields + [wasQuoted ? field : String(field[...].trimmed)]
  }

  /// The field, in quotes where it needs them; line ends become blanks.
  static func quoted(_ field: String) -> String {
    let field = String(field.map { $0.isNewline ? " " : $0 })
    guard
      field.contains(where: { $0 == "," || $0 == "\"" || $0 == "#" }) || field != String(field[...].trimmed)
    else {
      return field
    }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
