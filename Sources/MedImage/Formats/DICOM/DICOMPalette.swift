import MedVoxel

/// The colors that the values of a PALETTE COLOR image stand for. Source: the DICOM standard, PS3.3, C.7.6.3.1.5
/// and C.7.9.2 (segmented tables).
struct DICOMPalette: Sendable {
  /// The value that the first entry is for.
  private var first: Int
  /// Red, green and blue, as many entries each.
  private var tables: [[UInt16]]
  /// Whether 8 bits hold each entry without loss.
  private(set) var isNarrow: Bool
  /// Whether 8 of an entry's 16 bits are the high ones.
  private var isHigh = false

  var type: VoxelType { isNarrow ? .uint8 : .uint16 }

  init(of instance: DICOMInstance) throws(ImageError) {
    let source = try instance.place.source()
    try self.init(DICOMFile(source).data, isSigned: instance.format.isSigned, at: source.name)
  }

  /// The widest of a series.
  static func joined(_ series: DICOMSeries) throws(ImageError) -> DICOMPalette {
    var widest: DICOMPalette?
    for instance in series.instances {
      let palette = try DICOMPalette(of: instance)
      if widest?.isNarrow != false { widest = palette }
    }
    guard let widest else { throw ImageError("the series has no images") }
    return widest
  }

  init(_ data: DICOMElements, isSigned: Bool, at name: String) throws(ImageError) {
    func damaged(_ why: String) -> ImageError {
      ImageError("the palette is damaged: \(why)", at: name, remedy: "read the indices without the palette")
    }
    (first, tables, isNarrow) = (0, [], true)
    var bits = 16
    for color in 0..<3 {
      let tag = 0x0028_1101 + UInt32(color)
      let descriptor = data.numbers(tag, 3, kind: .short).map { Int($0) & 0xffff }
      guard descriptor.count == 3 else { throw damaged("it has no descriptor (\(hex: tag))") }
      let count = descriptor[0] == 0 ? 65536 : descriptor[0]
      first = isSigned ? Int(Int16(truncatingIfNeeded: descriptor[1])) : descriptor[1]
      bits = descriptor[2]
      let isSegmented = !data.has(tag + 0x100) && data.has(tag + 0x120)
      let bytes = Array(data.value(isSegmented ? tag + 0x120 : tag + 0x100))
      // Tables of 8 bits are found with a byte and with a word for each entry.
      let isPacked = bits <= 8 && (isSegmented || bytes.count < count * 2)
      let words = Self.words(bytes, isPacked: isPacked, isBigEndian: data.isBigEndian)
      let table = isSegmented ? Self.expanded(words, count) : Array(words.prefix(count))
      guard let table, table.count == count else {
        throw damaged("expected \(count) entries (\(hex: tag)), found \(table?.count ?? words.count)")
      }
      tables.append(table)
    }
    guard Set(tables.map(\.count)).count == 1 else { throw damaged("its colors have different lengths") }
    if bits > 8, tables.contains(where: { $0.contains { $0 > 255 } }) {
      let isRepeated = tables.allSatisfy { $0.allSatisfy { $0 >> 8 == $0 & 255 } }
      isHigh = isRepeated || tables.allSatisfy { $0.allSatisfy { $0 & 255 == 0 } }
      isNarrow = isHigh
    }
  }

  private static func words(_ bytes: [UInt8], isPacked: Bool, isBigEndian: Bool) -> [UInt16] {
    if isPacked { return bytes.map { UInt16($0) } }
    let reader = ByteReader(bytes: bytes, isBigEndian: isBigEndian)
    return (0..<bytes.count / 2).map { reader.integer($0 * 2) }
  }

  /// Discrete, linear and indirect segments, at most `count` entries.
  private static func expanded(_ words: [UInt16], _ count: Int) -> [UInt16]? {
    var entries: [UInt16] = []
    /// - Returns: the position after the segment.
    func append(_ position: Int, isIndirect: Bool) -> Int? {
      guard position + 2 <= words.count else { return nil }
      let length = Int(words[position + 1])
      switch words[position] {
      case 0:
        guard position + 2 + length <= words.count, entries.count + length <= count else { return nil }
        entries += words[position + 2..<position + 2 + length]
        return position + 2 + length
      case 1:
        guard position + 3 <= words.count, let last = entries.last, entries.count + length <= count
        else { return nil }
        let (from, to) = (Double(last), Double(words[position + 2]))
        for step in 0..<length {
          let value = from + (to - from) * Double(step + 1) / Double(length)
          entries.append(UInt16(value.rounded()))
        }
        return position + 3
      case 2 where !isIndirect:
        guard position + 4 <= words.count else { return nil }
        var inside: Int? = Int(words[position + 2]) | Int(words[position + 3]) << 16
        for _ in 0..<length {
          guard let place = inside else { return nil }
          inside = append(place, isIndirect: true)
        }
        return inside == nil ? nil : position + 4
      default: return nil
      }
    }
    var position = 0
    while entries.count < count, position < words.count {
      guard let next = append(position, isIndirect: false) else { return nil }
      position = next
    }
    return entries
  }

  /// Red, green and blue of each value, side by side; values beyond the ends have the color of the end.
  func colors(of values: UnsafeRawBufferPointer, _ type: VoxelType, as target: VoxelType) -> [UInt8] {
    let (count, width) = (values.count / type.byteCount, target.byteCount)
    // An entry of 8 bits among wider ones spans their whole range too.
    let shift: UInt16 = isHigh && width == 1 ? 8 : 0
    let scale: UInt16 = isNarrow && !isHigh && width == 2 ? 257 : 1
    return [UInt8](unsafeUninitializedCapacity: count * 3 * width) { output, initialized in
      let raw = UnsafeMutableRawBufferPointer(output)
      for index in 0..<count {
        let value: Int =
          switch type {
          case .uint8: Int(values[index])
          case .int8: Int(Int8(bitPattern: values[index]))
          case .int16: Int(values.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
          default: Int(values.loadUnaligned(fromByteOffset: index * type.byteCount, as: UInt16.self))
          }
        let entry = min(max(0, value - first), tables[0].count - 1)
        for color in 0..<3 {
          let level = (tables[color][entry] >> shift) &* scale
          let place = (index * 3 + color) * width
          if width == 1 {
            raw[place] = UInt8(truncatingIfNeeded: level)
          } else {
            raw.storeBytes(of: level, toByteOffset: place, as: UInt16.self)
          }
        }
      }
      initialized = count * 3 * width
    }
  }
}
