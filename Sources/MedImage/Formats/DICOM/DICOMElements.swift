import MedVoxel

/// The elements of a data set, or of an item in a sequence. Values are looked at when they are asked for.
struct DICOMElements: Sendable {
  typealias Element = DICOMScanner.Element

  /// The bytes of the whole file's head; elements know their places in them.
  let bytes: [UInt8]
  var isExplicit: Bool
  var isBigEndian: Bool
  var characters = CharacterSets()
  var elements: [Element] = []

  subscript(tag: UInt32) -> Element? { elements.first { $0.tag == tag } }

  func has(_ tag: UInt32) -> Bool { self[tag] != nil }

  // MARK: Texts

  /// The text without the blanks and zeros that pad it; nil where it is absent or empty.
  func text(_ tag: UInt32) -> String? { self[tag].flatMap { text($0) } }

  private func text(_ element: Element) -> String? {
    guard !element.isUndefined else { return nil }
    var range = element.range
    if let zero = bytes[range].firstIndex(of: 0) { range = range.lowerBound..<zero }
    func isBlank(_ index: Int) -> Bool { bytes[index] == 0x20 }
    while !range.isEmpty, isBlank(range.upperBound - 1) { range = range.dropLast() }
    while !range.isEmpty, isBlank(range.lowerBound) { range = range.dropFirst() }
    return range.isEmpty ? nil : characters.decode(bytes[range])
  }

  /// The values of a text that backslashes part.
  func texts(_ tag: UInt32) -> [String] {
    text(tag).map { text in
      text.split(separator: "\\", omittingEmptySubsequences: false).map { part in
        String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
    } ?? []
  }

  // MARK: Numbers

  /// How a number is written where the representation isn't.
  enum Kind { case decimal, short, signedShort, long, signedLong, unsigned64, float, double }

  /// The first `count` numbers, or all; empty where there are fewer, or one is no finite number.
  func numbers(_ tag: UInt32, _ count: Int? = nil, kind: Kind = .decimal) -> [Double] {
    guard let element = self[tag], !element.isUndefined else { return [] }
    let all =
      switch element.vr {
      case VR.code("DS"), VR.code("IS"), VR.code("LO"), VR.code("SH"), VR.code("CS"), VR.code("LT"),
        VR.code("UT"), VR.code("DT"), VR.code("TM"):
        decimals(element, count)
      case VR.code("US"), VR.code("OW"): binary(element, UInt16.self) { Double($0) }
      case VR.code("SS"): binary(element, UInt16.self) { Double(Int16(bitPattern: $0)) }
      case VR.code("UL"), VR.code("OL"): binary(element, UInt32.self) { Double($0) }
      case VR.code("SL"): binary(element, UInt32.self) { Double(Int32(bitPattern: $0)) }
      case VR.code("FL"), VR.code("OF"): binary(element, UInt32.self) { Double(Float(bitPattern: $0)) }
      case VR.code("FD"), VR.code("OD"): binary(element, UInt64.self) { Double(bitPattern: $0) }
      case VR.code("UV"), VR.code("OV"): binary(element, UInt64.self) { Double($0) }
      default: numbers(element, count, kind)
      }
    guard let count else { return all.allSatisfy(\.isFinite) ? all : [] }
    let first = all.prefix(count)
    return first.count == count && first.allSatisfy(\.isFinite) ? Array(first) : []
  }

  private func numbers(_ element: Element, _ count: Int?, _ kind: Kind) -> [Double] {
    switch kind {
    case .decimal: decimals(element, count)
    case .short: binary(element, UInt16.self) { Double($0) }
    case .signedShort: binary(element, UInt16.self) { Double(Int16(bitPattern: $0)) }
    case .long: binary(element, UInt32.self) { Double($0) }
    case .signedLong: binary(element, UInt32.self) { Double(Int32(bitPattern: $0)) }
    case .unsigned64: binary(element, UInt64.self) { Double($0) }
    case .float: binary(element, UInt32.self) { Double(Float(bitPattern: $0)) }
    case .double: binary(element, UInt64.self) { Double(bitPattern: $0) }
    }
  }

  func number(_ tag: UInt32, kind: Kind = .decimal) -> Double? { numbers(tag, 1, kind: kind).first }

  /// A whole number that fits 32 bits.
  func integer(_ tag: UInt32, kind: Kind = .decimal) -> Int? {
    number(tag, kind: kind).flatMap { abs($0) <= 2_147_483_648 ? Int($0) : nil }
  }

  /// US, whatever the file says of it.
  func short(_ tag: UInt32) -> Int? {
    guard let element = self[tag], element.range.count >= 2, !element.isUndefined else { return nil }
    return Int(load(element.range.lowerBound, UInt16.self))
  }

  private func load<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) -> T {
    bytes.withUnsafeBytes { raw in
      let value = raw.loadUnaligned(fromByteOffset: offset, as: T.self)
      return isBigEndian ? T(bigEndian: value) : T(littleEndian: value)
    }
  }

  private func binary<T: FixedWidthInteger>(
    _ element: Element, _ type: T.Type, _ convert: (T) -> Double
  ) -> [Double] {
    let width = MemoryLayout<T>.size
    return (0..<element.range.count / width).map { index in
      convert(load(element.range.lowerBound + index * width, T.self))
    }
  }

  private func decimals(_ element: Element, _ count: Int?) -> [Double] {
    var numbers: [Double] = []
    for word in bytes[element.range].split(separator: 0x5c, omittingEmptySubsequences: false) {
      if numbers.count == count { break }
      let trimmed = word.drop { $0 <= 32 }
      let digits = trimmed.prefix { $0 > 32 }
      guard digits.count < 64, let number = Double(String(decoding: digits, as: UTF8.self)) else { break }
      numbers.append(number)
    }
    return numbers
  }

  /// The value's bytes; empty where it is absent.
  func value(_ tag: UInt32) -> ArraySlice<UInt8> {
    guard let element = self[tag], !element.isUndefined else { return [] }
    return bytes[element.range]
  }

  // MARK: Sequences

  /// The items of a sequence; those that can be read where it is damaged.
  func items(_ tag: UInt32, limit: Int = Int.max) -> [DICOMElements] {
    guard let element = self[tag] else { return [] }
    // Sequences of unknown representation are written without one (PS3.5, 6.2.2).
    let isExplicit = isExplicit && element.vr != VR.un
    return bytes.withUnsafeBytes { raw in
      var items: [DICOMElements] = []
      var offset = element.range.lowerBound
      let scanner = DICOMScanner(
        bytes: raw, position: offset, end: element.range.upperBound, isExplicit: isExplicit,
        isBigEndian: isBigEndian)
      while items.count < limit, let head = try? scanner.head(at: offset, isExplicit: false),
        head.tag == DICOMScanner.item
      {
        let range: Range<Int>
        if let length = head.length {
          guard length <= element.range.upperBound - head.start else { break }
          range = head.start..<head.start + length
          offset = range.upperBound
        } else {
          guard let inside = try? scanner.passItem(from: head.start) else { break }
          range = inside
          offset = range.upperBound + 8
        }
        var item = self
        item.isExplicit = isExplicit
        item.elements = Self.scan(raw, range, isExplicit, isBigEndian)
        items.append(item)
      }
      return items
    }
  }

  /// The first item of a sequence.
  func item(_ tag: UInt32) -> DICOMElements? { items(tag, limit: 1).first }

  private static func scan(
    _ raw: UnsafeRawBufferPointer, _ range: Range<Int>, _ isExplicit: Bool, _ isBigEndian: Bool
  ) -> [Element] {
    var scanner = DICOMScanner(
      bytes: raw, position: range.lowerBound, end: range.upperBound, isExplicit: isExplicit,
      isBigEndian: isBigEndian)
    var elements: [Element] = []
    while let element = try? scanner.next() { elements.append(element) }
    return elements
  }
}
