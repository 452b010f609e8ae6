import MedVoxel

/// The fields of an NRRD header: lines of `field: value` and `key:=value` up to an empty one.
struct NRRDHeader {
  /// Fields as the file has them, and keys.
  private(set) var facts: [ImageHeader.Fact] = []
  private var values: [String: String] = [:]
  private(set) var version = 0
  /// The byte after the empty line, where voxels begin that are in the same file.
  private(set) var end = 0
  /// The lines after `data file: LIST`.
  private(set) var list: [String] = []
  /// No header is longer; a list of files may be.
  static let limit = 1 << 20

  /// - Throws: `ImageError` when the text is no such header.
  init(_ bytes: [UInt8], at location: String) throws(ImageError) {
    guard NRRD.recognizes(bytes) else {
      throw ImageError(
        "expected NRRD0001 to NRRD0005 in the first line, found something else", at: location,
        remedy: "the file is damaged, or no NRRD")
    }
    version = Int(bytes[7]) - 48
    var position = bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    var isList = false
    while position < bytes.count {
      let line = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
      position = min(line.endIndex + 1, bytes.count)
      let text = MetaImageHeader.trimmed(line)
      if isList {
        if !text.isEmpty { list.append(text) }
        continue
      }
      if text.isEmpty { break }
      if text.hasPrefix("#") { continue }
      guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
        throw ImageError("expected a line of the form field: value, found “\(text.prefix(60))”", at: location)
      }
      let name = String(text[..<colon])
      let rest = text[text.index(after: colon)...]
      guard !rest.hasPrefix("=") else {
        facts.append(.init(name, MetaImageHeader.trimmed(rest.dropFirst().utf8)))
        continue
      }
      let value = MetaImageHeader.trimmed(rest.utf8)
      facts.append(.init(name, value))
      let key = Self.key(name)
      values[key] = value
      isList = key == "datafile" && value.uppercased().hasPrefix("LIST")
    }
    end = position
  }

  private static func key(_ name: String) -> String {
    name.lowercased().filter { $0 != " " && $0 != "_" }
  }

  /// A field's value, however its name is written.
  subscript(name: String) -> String? { values[Self.key(name)] }

  func words(_ name: String) -> [String] {
    MetaImageHeader.words(self[name] ?? "")
  }

  /// The vectors of a field; nil for those that are “none”.
  func vectors(_ name: String) -> [[Double]?]? {
    guard let value = self[name] else { return nil }
    var vectors: [[Double]?] = []
    var rest = value[...]
    while let start = rest.firstIndex(where: { $0 == "(" || $0 == "n" || $0 == "N" }) {
      rest = rest[start...]
      if rest.hasPrefix("(") {
        let inside = rest.dropFirst().prefix { $0 != ")" }
        vectors.append(
          inside.split(separator: ",").map { Double(MetaImageHeader.trimmed($0.utf8)) ?? .nan })
        rest = rest[inside.endIndex...].dropFirst()
      } else {
        vectors.append(nil)
        rest = rest.drop { $0 != " " && $0 != "(" }
      }
    }
    return vectors
  }

  /// Texts in quotes, one for each axis.
  func quoted(_ name: String) -> [String] {
    (self[name] ?? "").split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}
