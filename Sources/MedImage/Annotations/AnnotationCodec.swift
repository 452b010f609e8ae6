import Foundation
import MedVoxel

/// An annotation format. A new one is one file with a conforming type and a line in `AnnotationFile.codecs`.
public protocol AnnotationCodec: Sendable {
  /// The format's name in messages.
  static var name: String { get }

  /// Whether a file looks like this format, by its content first and its name second.
  static func recognizes(_ head: AnnotationHead) -> Bool

  /// - Throws: `ImageError` with all that is wrong with the file, line by line.
  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations
}

/// An annotation format that is written too.
public protocol WritableAnnotationCodec: AnnotationCodec {
  /// The ends of names that choose this format for writing.
  static var writtenSuffixes: [String] { get }
  /// Whether it holds millimeters; pixels otherwise.
  static var holdsMillimeters: Bool { get }

  /// The file's text.
  /// - Throws: `ImageError` when the format can't hold the annotations' frame or any of them.
  static func text(of annotations: Annotations) throws(ImageError) -> String

  /// What the format leaves out of these annotations; empty where it holds all.
  static func losses(of annotations: Annotations) -> [String]
}

/// The beginning of a file.
public struct AnnotationHead: Sendable {
  /// The file's name without its folder and without ".gz".
  public var fileName: String
  /// The first characters.
  public var text: String
  /// The name of the outermost element, where the text is XML.
  public var xmlRoot: String?

  /// Whether the text is JSON in which a name or text occurs, quotes included.
  func isJSON(with words: String...) -> Bool {
    let first = text.unicodeScalars.first { !" \n\r\t\u{FEFF}".unicodeScalars.contains($0) }
    return (first == "{" || first == "[") && words.contains { text.contains("\"\($0)\"") }
  }

  static let length = 4096

  /// - Parameter bytes: the file's first bytes.
  init(fileName: String, bytes: [UInt8]) {
    var name = fileName
    if name.lowercased().hasSuffix(".gz") { name.removeLast(3) }
    self.fileName = name
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      // The characters that tell formats apart are ASCII, in either byte order.
      text = String(decoding: bytes.dropFirst(2).filter { $0 != 0 }, as: UTF8.self)
    } else {
      text = String(
        decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
    }
    xmlRoot = Self.root(text)
  }

  private static func root(_ text: String) -> String? {
    var rest = text[...]
    while true {
      rest = rest.drop { $0.isWhitespace }
      guard rest.first == "<" else { return nil }
      if rest.hasPrefix("<!--") {
        guard let end = rest.range(of: "-->") else { return nil }
        rest = rest[end.upperBound...]
      } else if rest.hasPrefix("<?") || rest.hasPrefix("<!") {
        // A document type may hold declarations in brackets.
        let start = rest.firstIndex { $0 == ">" || $0 == "[" }
        guard let start, let close = rest[start] == ">" ? start : rest[start...].firstIndex(of: "]"),
          let end = rest[close...].firstIndex(of: ">")
        else { return nil }
        rest = rest[rest.index(after: end)...]
      } else {
        let name = rest.dropFirst().prefix { !$0.isWhitespace && $0 != ">" && $0 != "/" }
        return name.isEmpty ? nil : String(name.split(separator: ":").last ?? name)
      }
    }
  }
}

/// A file's whole content, with what its readers share.
public struct AnnotationContent: Sendable {
  /// As messages name it.
  public var name: String
  /// Without its folder and without ".gz".
  public var fileName: String
  public var bytes: [UInt8]

  /// Larger files are refused.
  static let largest = 1 << 29

  func xml() throws(ImageError) -> XMLTree.Element {
    guard bytes.count <= XMLTree.largestFile else {
      throw ImageError("expected at most \(XMLTree.largestFile) bytes of XML, found \(bytes.count)", at: name)
    }
    return try XMLTree(bytes, name: name).root
  }

  func json() throws(ImageError) -> JSONTree { try JSONTree(bytes, name: name) }

  /// Lines with their numbers from 1; empty ones are left out.
  func lines() throws(ImageError) -> [(number: Int, text: Substring)] {
    let text = try DecodedText(Data(bytes), name: name).text
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
      let line = $0.element.trimmed
      return line.isEmpty ? nil : ($0.offset + 1, line)
    }
  }

  func line(_ number: Int) -> String { "\(name): line \(number)" }
}

extension Substring {
  /// Without blanks at its ends.
  var trimmed: Substring {
    let body = drop { $0 == " " || $0 == "\t" }
    let end = body.utf8.lastIndex { $0 != 32 && $0 != 9 }
    return end.map { body[...$0] } ?? ""
  }
}

/// Numbers as annotation files write them.
enum AnnotationNumber {
  /// A finite decimal number; nil for all else, such as “1,5”, “nan” and “0x10”.
  static func value(_ text: some StringProtocol) -> Double? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(String(text)).flatMap { $0.isFinite ? $0 : nil }
  }

  /// What to try when a number can't be read.
  static func remedy(_ text: some StringProtocol) -> String? {
    text.contains(",") ? "write decimals with a point" : nil
  }
}
