import MedVoxel

/// The fields of a MetaImage header: lines of `Key = Value` up to `ElementDataFile`.
struct MetaImageHeader {
  private(set) var fields: [(key: String, value: String)] = []
  /// The byte after the line of `ElementDataFile`, where local voxels begin.
  private(set) var end = 0
  /// No header is longer; lists of files follow it.
  static let limit = 1 << 20

  /// - Throws: `ImageError` when the text is no such header.
  init(_ bytes: [UInt8], at location: String) throws(ImageError) {
    var position = 0
    while position < bytes.count {
      let line = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
      position = min(line.endIndex + 1, bytes.count)
      let text = Self.trimmed(line)
      if text.isEmpty { continue }
      guard let separator = text.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
        throw ImageError(
          "expected a line of the form Key = Value, found “\(text.prefix(60))”", at: location,
          remedy: "the file is damaged, or no MetaImage")
      }
      let key = Self.trimmed(text[..<separator].utf8)
      let value = Self.trimmed(text[text.index(after: separator)...].utf8)
      fields.append((key, value))
      end = position
      if key == "ElementDataFile" { return }
    }
    throw ImageError(
      "the header has no line “ElementDataFile = …” in its first \(bytes.count) bytes", at: location,
      remedy: "the file is truncated, or no MetaImage")
  }

  /// The last value of the first key that is there.
  subscript(keys: String...) -> String? {
    for key in keys {
      if let field = fields.last(where: { $0.key == key }) { return field.value }
    }
    return nil
  }

  func flag(_ keys: String...) -> Bool {
    guard let value = keys.lazy.compactMap({ self[$0] }).first else { return false }
    return value.lowercased().hasPrefix("t") || value == "1"
  }

  static func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte <= 32 }
    let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
    let last = bytes.lastIndex { !isSpace($0) }
    return last.map { String(decoding: bytes[start...$0], as: UTF8.self) } ?? ""
  }

  static func words(_ value: String) -> [String] {
    value.split { $0 == " " || $0 == "\t" || $0 == "," }.map(String.init)
  }
}
