import MedVoxel

extension DICOMDataSet {
  /// Sequences nested deeper are left as bytes.
  private static let deepest = 32

  /// All values of a file's head, copied.
  init(_ file: DICOMFile) {
    self.init(file.data, depth: 0)
    set(.transferSyntax, "UI", file.syntax.uid)
  }

  private init(_ data: DICOMElements, depth: Int) {
    self.init()
    var data = data
    if depth > 0, data.has(0x0008_0005) { data.characters = CharacterSets(data.texts(0x0008_0005)) }
    for element in data.elements {
      let tag = DICOMTag(UInt16(element.tag >> 16), UInt16(element.tag & 0xffff))
      let representation = Self.representation(element, tag)
      var copy: DICOMElement
      if representation == "SQ" || element.isUndefined, depth < Self.deepest {
        let items = data.items(element.tag).map { DICOMDataSet($0, depth: depth + 1) }
        copy = DICOMElement(tag, "SQ", .items(items))
      } else {
        var bytes = Array(data.bytes[element.range])
        if data.isBigEndian { Self.swap(&bytes, representation) }
        copy = DICOMElement(tag, representation, .bytes(bytes))
      }
      copy.characters = data.characters
      self[tag] = copy
    }
  }

  private static func representation(_ element: DICOMElements.Element, _ tag: DICOMTag) -> String {
    if element.vr != 0, element.vr != VR.un {
      return String(decoding: [UInt8(element.vr >> 8), UInt8(element.vr & 0xff)], as: UTF8.self)
    }
    if tag.element == 0 { return "UL" }
    if tag.isPrivate { return (0x10...0xff).contains(tag.element) ? "LO" : "UN" }
    return tag.representation ?? "UN"
  }

  private static func swap(_ bytes: inout [UInt8], _ representation: String) {
    let width =
      switch representation {
      case "US", "SS", "OW", "AT": 2
      case "UL", "SL", "FL", "OF", "OL": 4
      case "FD", "OD", "UV", "SV", "OV": 8
      default: 1
      }
    guard width > 1 else { return }
    for start in stride(from: 0, through: bytes.count - width, by: width) {
      bytes[start..<start + width].reverse()
    }
  }
}
