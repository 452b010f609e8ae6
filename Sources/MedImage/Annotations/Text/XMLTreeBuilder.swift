import CExpat
import Foundation
import MedVoxel

/// Builds a tree from what Expat reports.
final class XMLTreeBuilder {
  private let handle: XML_Parser
  private let name: String
  /// Open elements, the root first.
  private var open: [XMLTree.Element] = []
  /// Text of the open elements.
  private var texts: [[UInt8]] = []
  private var root: XMLTree.Element?
  private var refusal: String?

  static func parse(_ bytes: [UInt8], name: String) throws(ImageError) -> XMLTree.Element {
    // A separator makes Expat know namespaces.
    guard let handle = XML_ParserCreateNS(nil, XML_Char(separator)) else {
      throw ImageError("there is no memory to read XML", at: name, cause: .environment)
    }
    return try XMLTreeBuilder(handle, name).run(bytes)
  }

  private init(_ handle: XML_Parser, _ name: String) {
    self.handle = handle
    self.name = name
  }

  deinit { XML_ParserFree(handle) }

  private static let separator = UInt8(ascii: " ")

  private func run(_ bytes: [UInt8]) throws(ImageError) -> XMLTree.Element {
    XML_SetUserData(handle, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      handle,
      { user, name, attributes in XMLTreeBuilder.at(user)?.start(name, attributes) },
      { user, _ in XMLTreeBuilder.at(user)?.end() })
    XML_SetCharacterDataHandler(handle) { user, text, count in XMLTreeBuilder.at(user)?.add(text, Int(count))
    }
    XML_SetEntityDeclHandler(handle) { user, _, _, _, _, _, _, _, _ in
      XMLTreeBuilder.at(user)?.refuse("the document type declares entities, which are not read")
    }
    let piece = 1 << 20
    for start in stride(from: 0, to: max(bytes.count, 1), by: piece) {
      let part = bytes[start..<min(bytes.count, start + piece)]
      let isLast = part.endIndex == bytes.count
      let status = part.withUnsafeBytes { raw in
        XML_Parse(handle, raw.bindMemory(to: CChar.self).baseAddress, Int32(raw.count), isLast ? 1 : 0)
      }
      if let refusal { throw failure(refusal) }
      guard status == XML_STATUS_OK else {
        let reason = XML_ErrorString(XML_GetErrorCode(handle)).map { String(cString: $0) } ?? "damaged"
        throw failure("the file is no well-formed XML: \(reason)")
      }
    }
    guard let root else { throw failure("the file has no XML element") }
    return root
  }

  private func failure(_ statement: String) -> ImageError {
    let (line, column) = (XML_GetCurrentLineNumber(handle), XML_GetCurrentColumnNumber(handle) + 1)
    return ImageError(
      statement, at: "\(name): line \(line), column \(column)",
      remedy: "get the file again from its source")
  }

  /// The parser that a callback belongs to.
  private static func at(_ user: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
    // SAFETY: Expat calls back during `run` only, while the parser is alive.
    user.map { Unmanaged<XMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: - Callbacks

  private func refuse(_ reason: String) {
    refusal = refusal ?? reason
    XML_StopParser(handle, 0)
  }

  private func start(
    _ name: UnsafePointer<XML_Char>?, _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
  ) {
    guard refusal == nil, let name else { return }
    guard open.count < XMLTree.deepest else {
      return refuse("elements are nested more than \(XMLTree.deepest) deep")
    }
    var element = XMLTree.Element(name: Self.local(name), line: Int(XML_GetCurrentLineNumber(handle)))
    if var pair = attributes {
      while let key = pair[0], let value = pair[1] {
        element.attributes.append(.init(name: Self.local(key), value: String(cString: value)))
        pair += 2
      }
    }
    open.append(element)
    texts.append([])
  }

  private func add(_ text: UnsafePointer<XML_Char>?, _ count: Int) {
    guard refusal == nil, let text, !texts.isEmpty else { return }
    texts[texts.count - 1] += UnsafeRawBufferPointer(start: text, count: count)
  }

  private func end() {
    guard refusal == nil, var element = open.popLast(), let text = texts.popLast() else { return }
    element.text = Self.trimmed(text)
    if open.isEmpty {
      root = element
    } else {
      open[open.count - 1].children.append(element)
    }
  }

  /// The name after the namespace.
  private static func local(_ name: UnsafePointer<XML_Char>) -> String {
    let whole = String(cString: name)
    return whole.utf8.lastIndex(of: separator).map { String(whole[whole.index(after: $0)...]) } ?? whole
  }

  private static func trimmed(_ text: [UInt8]) -> String {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
    guard let first = text.firstIndex(where: { !isBlank($0) }),
      let last = text.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(decoding: text[first...last], as: UTF8.self)
  }
}
