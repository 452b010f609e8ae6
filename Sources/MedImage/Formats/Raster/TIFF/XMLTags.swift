/// The start tags of an XML text with their attributes, in order. Enough for OME's description, whose facts are
/// attributes; namespaces are dropped.
struct XMLTags: RandomAccessCollection {
  struct Tag {
    var name: String
    var attributes: [String: String]
  }

  private(set) var tags: [Tag] = []

  var startIndex: Int { tags.startIndex }
  var endIndex: Int { tags.endIndex }
  subscript(index: Int) -> Tag { tags[index] }

  init(_ text: String, named names: Set<String>) {
    let bytes = Array(text.utf8)
    var at = 0
    while let start = bytes[at...].firstIndex(of: UInt8(ascii: "<")) {
      at = start + 1
      let stop = bytes[at...].firstIndex { !Self.isName($0) } ?? bytes.endIndex
      let name = Self.local(bytes[at..<stop])
      at = stop
      guard names.contains(name) else { continue }
      var attributes: [String: String] = [:]
      while true {
        while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[at]) { at += 1 }
        let end = bytes[at...].firstIndex { !Self.isName($0) } ?? bytes.endIndex
        guard end > at, end < bytes.count else { break }
        let key = Self.local(bytes[at..<end])
        at = end
        while at < bytes.count, [0x20, 0x09, 0x0a, 0x0d, 0x3d].contains(bytes[at]) { at += 1 }
        guard at < bytes.count, bytes[at] == 0x22 || bytes[at] == 0x27,
          let close = bytes[(at + 1)...].firstIndex(of: bytes[at])
        else { break }
        attributes[key] = Self.unescaped(String(decoding: bytes[(at + 1)..<close], as: UTF8.self))
        at = close + 1
      }
      tags.append(Tag(name: name, attributes: attributes))
    }
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x3a, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x80...0xff: true
    default: false
    }
  }

  private static func local(_ name: ArraySlice<UInt8>) -> String {
    let end = name.lastIndex(of: 0x3a).map { $0 + 1 } ?? name.startIndex
    return String(decoding: name[end...], as: UTF8.self)
  }

  private static func unescaped(_ text: String) -> String {
    var result = text
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#181;", "µ"), ("&#xB5;", "µ"),
      ("&amp;", "&"),
    ] {
      result = result.replacing(entity, with: character)
    }
    return result
  }
}
