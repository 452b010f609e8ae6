import Foundation

/// Putting data sets together, for writing.
extension DICOMDataSet {
  /// Text, or several values.
  mutating func set(_ tag: DICOMTag, _ representation: String, _ values: String...) {
    set(tag, representation, values)
  }

  mutating func set(_ tag: DICOMTag, _ representation: String, _ values: [String]) {
    self[tag] = DICOMElement(tag, representation, .bytes(Array(values.joined(separator: "\\").utf8)))
  }

  /// One value of free text, cut to the length that its representation allows; a backslash would part values.
  mutating func set(_ tag: DICOMTag, name: String, _ representation: String = "LO", most: Int = 64) {
    set(tag, representation, String(name.replacing("\\", with: "/").prefix(most)))
  }

  /// Unsigned shorts.
  mutating func set(_ tag: DICOMTag, shorts: Int...) {
    self[tag] = DICOMElement(tag, "US", .bytes(shorts.flatMap { Self.bytes(UInt16(clamping: $0)) }))
  }

  /// Unsigned 32-bit numbers.
  mutating func set(_ tag: DICOMTag, longs: Int...) {
    self[tag] = DICOMElement(tag, "UL", .bytes(longs.flatMap { Self.bytes(UInt32(clamping: $0)) }))
  }

  /// Other elements' tags.
  mutating func set(_ tag: DICOMTag, tag other: DICOMTag) {
    self[tag] = DICOMElement(tag, "AT", .bytes(Self.bytes(other.group) + Self.bytes(other.element)))
  }

  /// Decimal strings, as exact as their 16 bytes allow.
  mutating func set(_ tag: DICOMTag, decimals: [Double]) {
    set(tag, "DS", decimals.map(Self.decimal))
  }

  mutating func set(_ tag: DICOMTag, items: [DICOMDataSet]) {
    self[tag] = DICOMElement(tag, "SQ", .items(items))
  }

  /// Takes over an element of another data set, where it has it.
  mutating func copy(_ tag: DICOMTag, from other: DICOMDataSet) {
    if let element = other[tag] { self[tag] = element }
  }

  /// Takes over an element, empty where the other data set lacks it.
  mutating func copy(_ tag: DICOMTag, _ representation: String, from other: DICOMDataSet) {
    self[tag] = other[tag] ?? DICOMElement(tag, representation, .bytes([]))
  }

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// The shortest text that gives the number back, or the closest that a decimal string can hold.
  static func decimal(_ value: Double) -> String {
    let plain = value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    if plain.utf8.count <= 16 { return plain }
    for digits in stride(from: 16, through: 1, by: -1) {
      let text = String(format: "%.\(digits)g", value)
      if text.utf8.count <= 16 { return text }
    }
    return "0"
  }
}

/// What something is, in the terms of a coding scheme: "10200004", "SCT", "Liver".
public struct DICOMCode: Hashable, Codable, Sendable, CustomStringConvertible {
  public var value: String
  public var scheme: String
  public var meaning: String

  public init(_ value: String, _ scheme: String, _ meaning: String) {
    self.value = value
    self.scheme = scheme
    self.meaning = meaning
  }

  /// - Parameter item: of a code sequence; long codes and codes that are links have elements of their own.
  init?(_ item: DICOMDataSet) {
    let value =
      item.text(.codeValue) ?? item.text(DICOMTag(0x0008, 0x0119)) ?? item.text(DICOMTag(0x0008, 0x0120))
    let meaning = item.text(.codeMeaning)
    guard value != nil || meaning != nil else { return nil }
    self.init(value ?? "", item.text(.codingScheme) ?? "", meaning ?? value ?? "")
  }

  var item: DICOMDataSet {
    var item = DICOMDataSet()
    item.set(
      value.utf8.count <= 16 ? .codeValue : DICOMTag(0x0008, 0x0119), value.utf8.count <= 16 ? "SH" : "UC",
      value)
    item.set(.codingScheme, "SH", scheme)
    item.set(.codeMeaning, "LO", meaning)
    return item
  }

  public var description: String { "\(meaning) (\(scheme) \(value))" }
}

extension DICOMDataSet {
  /// The first code of a code sequence.
  func code(_ tag: DICOMTag) -> DICOMCode? { items(tag).first.flatMap { DICOMCode($0) } }
}
