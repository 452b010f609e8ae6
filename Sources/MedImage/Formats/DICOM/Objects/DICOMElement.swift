import Foundation

/// One element of a DICOM data set.
public struct DICOMElement: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    /// Little-endian numbers or text, as they are stored.
    case bytes([UInt8])
    /// The items of a sequence.
    case items([DICOMDataSet])
  }

  public var tag: DICOMTag
  /// The value representation: two letters, such as "PN" or "SQ".
  public var representation: String
  public var content: Content
  /// How the bytes of text are coded.
  var characters = CharacterSets()

  public init(_ tag: DICOMTag, _ representation: String, _ content: Content) {
    self.tag = tag
    self.representation = representation
    self.content = content
  }

  /// The items of a sequence; empty for values.
  public var items: [DICOMDataSet] {
    guard case .items(let items) = content else { return [] }
    return items
  }

  public var bytes: [UInt8] {
    guard case .bytes(let bytes) = content else { return [] }
    return bytes
  }

  /// Whether the element is there without a value.
  public var isEmpty: Bool {
    switch content {
    case .bytes(let bytes): bytes.allSatisfy { $0 == 0 || $0 == 32 }
    case .items(let items): items.isEmpty
    }
  }

  /// The whole value as text, without padding; numbers in decimal with backslashes between them.
  public var text: String {
    guard Self.textual.contains(representation) else {
      return numbers.map { $0 == $0.rounded() && abs($0) < 1e15 ? "\(Int64($0))" : "\($0)" }
        .joined(separator: "\\")
    }
    var used = bytes[...]
    while let last = used.last, last == 0 || last == 32 { used.removeLast() }
    return characters.decode(used)
  }

  /// The values as text.
  public var texts: [String] {
    if Self.single.contains(representation) { return [text] }
    return text.split(separator: "\\", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The values as numbers: binary ones, or decimal text; text that is no number ends the list.
  public var numbers: [Double] {
    switch representation {
    case "US", "OW": integers(UInt16.self)
    case "SS": integers(Int16.self)
    case "UL", "OL", "AT": integers(UInt32.self)
    case "SL": integers(Int32.self)
    case "UV", "OV": integers(UInt64.self)
    case "SV": integers(Int64.self)
    case "OB": bytes.map(Double.init)
    case "FL", "OF": loads(UInt32.self).map { Double(Float(bitPattern: $0)) }
    case "FD", "OD": loads(UInt64.self).map { Double(bitPattern: $0) }
    case "DS", "IS", "LO", "SH", "UN", "CS":
      decimals
    default: []
    }
  }

  private var decimals: [Double] {
    var numbers: [Double] = []
    for word in bytes.split(separator: 0x5c, omittingEmptySubsequences: false) {
      let digits = word.drop { $0 <= 32 }.prefix { $0 > 32 }
      guard digits.count < 64, let number = Double(String(decoding: digits, as: UTF8.self)) else { break }
      numbers.append(number)
    }
    return numbers
  }

  private func loads<T: FixedWidthInteger>(_: T.Type) -> [T] {
    let width = MemoryLayout<T>.size
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / width).map {
        T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * width, as: T.self))
      }
    }
  }

  private func integers<T: FixedWidthInteger>(_ type: T.Type) -> [Double] { loads(type).map { Double($0) } }

  /// Representations whose bytes are text.
  static let textual: Set<String> = [
    "AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UN", "UR",
    "UT",
  ]
  /// Text in which a backslash is a letter like others.
  private static let single: Set<String> = ["LT", "ST", "UT", "UR"]
}
