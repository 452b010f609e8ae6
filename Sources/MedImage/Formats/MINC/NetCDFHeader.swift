import MedVoxel

/// The header of a NetCDF classic file: dimensions, and variables with attributes.
///
/// Source: "NetCDF Classic Format Specification" (Unidata): CDF-1, CDF-2 and CDF-5, all big-endian.
struct NetCDFHeader {
  enum Attribute {
    case text(String)
    case numbers([Double])

    var numbers: [Double]? { if case .numbers(let values) = self { values } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
  }

  struct Dimension {
    var name: String
    var length: Int
    var isRecord: Bool
  }

  struct Variable {
    var name: String
    /// Positions among the dimensions, the slowest first.
    var dimensions: [Int]
    var attributes: [String: Attribute]
    /// nil for characters.
    var type: VoxelType?
    /// Its first byte in the file.
    var begin: Int
    var isRecord: Bool
  }

  private(set) var dimensions: [Dimension] = []
  private(set) var attributes: [String: Attribute] = [:]
  private(set) var variables: [String: Variable] = [:]
  /// Bytes from one record to the next.
  private(set) var recordStride = 0

  static func recognizes(_ head: [UInt8]) -> Bool {
    head.count >= 8 && head.starts(with: Array("CDF".utf8)) && [1, 2, 5].contains(head[3])
  }

  /// - Throws: `ImageError` for a header that is damaged or longer than 64 MiB.
  init(_ source: FileSource) throws(ImageError) {
    var limit = 1 << 18
    while true {
      let bytes = try source.prefix(limit)
      var cursor = Cursor(bytes: bytes, name: source.name)
      do throws(ImageError) {
        try self.init(&cursor)
        return
      } catch {
        guard cursor.isShort, bytes.count == limit, limit < 1 << 26 else { throw error }
      }
      limit *= 8
    }
  }

  private init(_ cursor: inout Cursor) throws(ImageError) {
    guard Self.recognizes(cursor.bytes) else {
      throw ImageError(
        "expected a NetCDF header that begins with CDF, found something else", at: cursor.name,
        remedy: "the file is damaged, or no MINC 1")
    }
    (cursor.version, cursor.position) = (cursor.bytes[3], 4)
    let records = try cursor.count()
    // A stream's number of records is all ones.
    let recordCount = records == Int(UInt32.max) || records < 0 ? 0 : records
    for _ in 0..<(try cursor.list(0x0A)) {
      let name = try cursor.text()
      let length = try cursor.count()
      dimensions.append(
        Dimension(name: name, length: length == 0 ? recordCount : length, isRecord: length == 0))
    }
    attributes = try cursor.attributes()
    var strides: [Int] = []
    for _ in 0..<(try cursor.list(0x0B)) {
      let variable = try variable(&cursor)
      if variable.isRecord {
        let sizes = variable.dimensions.dropFirst().map { dimensions[$0].length }
        strides.append(
          sizes.reduce(variable.type?.byteCount ?? 1) { $0.multipliedReportingOverflow(by: $1).partialValue })
      }
      variables[variable.name] = variable
    }
    // Records are padded to four bytes, unless there is but one such variable.
    recordStride =
      strides.count == 1 ? strides[0] : strides.reduce(0) { $0 &+ (($1 &+ 3) & ~3) }
  }

  private func variable(_ cursor: inout Cursor) throws(ImageError) -> Variable {
    let name = try cursor.text()
    var ids: [Int] = []
    for _ in 0..<(try cursor.checked(cursor.count())) {
      let id = try cursor.count()
      guard dimensions.indices.contains(id) else {
        throw cursor.damaged("the variable \(name) names dimension \(id) of \(dimensions.count)")
      }
      ids.append(id)
    }
    let attributes = try cursor.attributes()
    let type = try cursor.type()
    _ = try cursor.count()
    let begin = try cursor.version == 1 ? cursor.integer(UInt32.self) : cursor.integer(UInt64.self)
    return Variable(
      name: name, dimensions: ids, attributes: attributes, type: type.flatMap { $0 },
      begin: Int(clamping: begin), isRecord: ids.first.map { dimensions[$0].isRecord } ?? false)
  }

  /// A place in the header.
  private struct Cursor {
    let bytes: [UInt8]
    let name: String
    var version: UInt8 = 1
    var position = 0
    /// Whether reading went over the end.
    var isShort = false

    init(bytes: [UInt8], name: String) { (self.bytes, self.name) = (bytes, name) }

    func damaged(_ what: String) -> ImageError {
      ImageError(
        "the NetCDF header is damaged: \(what)", at: "\(name), byte \(position)",
        remedy: "get the file again from its source")
    }

    mutating func take(_ count: Int) throws(ImageError) -> ArraySlice<UInt8> {
      guard count >= 0, count <= bytes.count - position else {
        isShort = true
        throw damaged("it ends \(count) bytes too early")
      }
      defer { position += count }
      return bytes[position..<position + count]
    }

    mutating func integer<T: FixedWidthInteger>(_: T.Type) throws(ImageError) -> UInt64 {
      try take(T.bitWidth / 8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A length: 4 bytes, in CDF-5 8.
    mutating func count() throws(ImageError) -> Int {
      try Int(clamping: version == 5 ? integer(UInt64.self) : integer(UInt32.self))
    }

    /// No list has more entries than the header has bytes.
    func checked(_ count: Int) throws(ImageError) -> Int {
      guard count <= 1 << 16 else { throw damaged("a list of \(count) entries") }
      return count
    }

    mutating func list(_ wanted: UInt64) throws(ImageError) -> Int {
      let tag = try integer(UInt32.self)
      let count = try count()
      guard tag == wanted || (tag == 0 && count == 0) else {
        throw damaged("expected the list \(wanted), found \(tag)")
      }
      return try checked(count)
    }

    mutating func text() throws(ImageError) -> String {
      let count = try count()
      let text = try String(decoding: take(count), as: UTF8.self)
      _ = try take((4 - count % 4) % 4)
      return text
    }

    /// - Returns: nil inside for characters.
    mutating func type() throws(ImageError) -> VoxelType?? {
      let code = try integer(UInt32.self)
      if code == 2 { return .some(nil) }
      let types: [UInt64: VoxelType] = [
        1: .int8, 3: .int16, 4: .int32, 5: .float32, 6: .float64, 7: .uint8, 8: .uint16, 9: .uint32,
        10: .int64, 11: .uint64,
      ]
      guard let type = types[code] else { throw damaged("the type \(code)") }
      return .some(type)
    }

    mutating func attributes() throws(ImageError) -> [String: Attribute] {
      var all: [String: Attribute] = [:]
      for _ in 0..<(try list(0x0C)) {
        let name = try text()
        let type = try type().flatMap { $0 }
        let count = try count()
        let (size, overflow) = count.multipliedReportingOverflow(by: type?.byteCount ?? 1)
        guard !overflow else { throw damaged("an attribute of \(count) values") }
        let value = try take(size)
        _ = try take((4 - size % 4) % 4)
        if let type {
          all[name] = .numbers(NetCDFHeader.numbers(Array(value), type))
        } else {
          all[name] = .text(String(decoding: value.prefix { $0 != 0 }, as: UTF8.self))
        }
      }
      return all
    }
  }

  /// Big-endian numbers.
  static func numbers(_ bytes: [UInt8], _ type: VoxelType) -> [Double] {
    let reader = ByteReader(bytes: bytes, isBigEndian: true)
    return stride(from: 0, to: bytes.count - type.byteCount + 1, by: type.byteCount)
      .map { reader.number($0, type) }
  }
}

extension ByteReader {
  /// A number of a type that is known at run time.
  func number(_ offset: Int, _ type: VoxelType) -> Double {
    switch type {
    case .uint8: Double(integer(offset, as: UInt8.self))
    case .int8: Double(integer(offset, as: Int8.self))
    case .uint16: Double(integer(offset, as: UInt16.self))
    case .int16: Double(integer(offset, as: Int16.self))
    case .uint32: Double(integer(offset, as: UInt32.self))
    case .int32: Double(integer(offset, as: Int32.self))
    case .uint64: Double(integer(offset, as: UInt64.self))
    case .int64: Double(integer(offset, as: Int64.self))
    case .float32: float(offset)
    case .float64: double(offset)
    }
  }
}
