/// What a ZIP file says of its entries, without reading them.
///
/// Refused are directories that point outside of the file, names that lead out of a folder, names that stand twice,
/// and entries that share bytes (as bombs have them).
///
/// - Source: PKWARE APPNOTE 6.3, with ZIP64.
/// - Complexity: reads the directory and 30 bytes for each entry.
public struct ZipDirectory<Failure: ExplainedError>: Sendable {
  public enum Method: Hashable, Sendable {
    case stored, deflated
    /// One of the format's rarer methods, by its number.
    case other(Int)
  }

  public struct Entry: Hashable, Sendable {
    public var name: String
    public var method: Method
    public var isEncrypted: Bool
    /// Where the packed bytes lie in the file.
    public var range: Range<Int>
    /// The length of the content.
    public var byteCount: Int
    /// CRC-32 of the content.
    public var checksum: UInt32

    public var isFolder: Bool { name.hasSuffix("/") }
  }

  /// In the directory's order.
  public private(set) var entries: [Entry] = []

  /// Fills a buffer with the file's bytes from an offset on; the directory asks for none outside of the file.
  public typealias Read = (Int, UnsafeMutableRawBufferPointer) throws(Failure) -> Void

  /// Whether a file that begins so may be an archive.
  public static func begins(_ head: some Collection<UInt8>) -> Bool {
    head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// - Parameters:
  ///   - byteCount: the file's size.
  ///   - path: the file's name in messages.
  /// - Throws: `Failure` for a damaged directory, or one of those above.
  public init(byteCount: Int, path: String, read: @escaping Read) throws(Failure) {
    let file = Bytes(count: byteCount, path: path, read: read)
    let directory = try file.directory()
    // An entry's record takes 46 bytes at least.
    guard directory.count <= directory.range.count / 46 else {
      throw file.failure("the archive claims \(directory.count) entries in \(directory.range.count) bytes")
    }
    let records = Records(bytes: try file.bytes(directory.range), file: file)
    var offset = 0
    for _ in 0..<directory.count { entries.append(try records.entry(&offset)) }
    try Self.check(entries, file)
  }

  private static func check(_ entries: [Entry], _ file: Bytes) throws(Failure) {
    var names = Set<String>()
    for entry in entries {
      let parts = entry.name.split(separator: "/", omittingEmptySubsequences: false)
      guard !entry.name.isEmpty, !entry.name.hasPrefix("/"), !parts.contains(".."),
        !entry.name.utf8.contains(0)
      else { throw file.failure("the entry “\(entry.name)” leads out of the archive's folder") }
      guard names.insert(entry.name).inserted else {
        throw file.failure("the entry “\(entry.name)” stands twice in the archive")
      }
    }
    let ordered = entries.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (a, b) in zip(ordered, ordered.dropFirst()) where a.range.upperBound > b.range.lowerBound {
      throw file.failure("the entries “\(a.name)” and “\(b.name)” share bytes")
    }
  }

  // MARK: Reading

  /// The file, from which integers are loaded.
  private struct Bytes {
    var count: Int
    var path: String
    var read: Read

    func failure(_ statement: String) -> Failure {
      let problem = Problem(
        statement, at: path,
        remedy: "the file is cut off, damaged or made to harm: get it again from its source")
      return Failure([problem], cause: .data)
    }

    func bytes(_ range: Range<Int>) throws(Failure) -> [UInt8] {
      guard range.lowerBound >= 0, range.upperBound <= count else {
        throw failure("the archive's directory points outside of the file")
      }
      var result = [UInt8](repeating: 0, count: range.count)
      var failed: Failure?
      result.withUnsafeMutableBytes { buffer in
        do throws(Failure) { try read(range.lowerBound, buffer) } catch { failed = error }
      }
      if let failed { throw failed }
      return result
    }

    func position(_ value: UInt64) throws(Failure) -> Int {
      guard value <= UInt64(count) else {
        throw failure("the archive's directory claims \(value) bytes of a file of \(count)")
      }
      return Int(value)
    }

    /// The end record is looked for in the last 64 KiB, where the format puts it.
    func directory() throws(Failure) -> (range: Range<Int>, count: UInt64) {
      let start = max(0, count - 22 - 65_535)
      let tail = try bytes(start..<count)
      guard
        let end = (0..<max(0, tail.count - 21)).last(where: { tail.integer($0, UInt32.self) == 0x0605_4B50 })
      else { throw failure("the archive's end is missing") }
      var entries = UInt64(tail.integer(end + 10, UInt16.self))
      var size = UInt64(tail.integer(end + 12, UInt32.self))
      var first = UInt64(tail.integer(end + 16, UInt32.self))
      if end >= 20, tail.integer(end - 20, UInt32.self) == 0x0706_4B50 {
        let wide = try position(tail.integer(end - 12, UInt64.self))
        guard wide <= count - 56 else { throw failure("the ZIP64 end record is missing") }
        let record = try bytes(wide..<wide + 56)
        guard record.integer(0, UInt32.self) == 0x0606_4B50 else {
          throw failure("the ZIP64 end record is missing")
        }
        entries = record.integer(32, UInt64.self)
        size = record.integer(40, UInt64.self)
        first = record.integer(48, UInt64.self)
      }
      let (begin, length) = (try position(first), try position(size))
      guard begin + length <= count else { throw failure("the archive's directory ends outside of the file") }
      return (begin..<begin + length, entries)
    }
  }

  /// The directory's records.
  private struct Records {
    var bytes: [UInt8]
    var file: Bytes

    func entry(_ offset: inout Int) throws(Failure) -> Entry {
      guard offset <= bytes.count - 46, bytes.integer(offset, UInt32.self) == 0x0201_4B50 else {
        throw file.failure("an entry of the directory is missing")
      }
      func short(_ at: Int) -> Int { Int(bytes.integer(offset + at, UInt16.self)) }
      func long(_ at: Int) -> UInt64 { UInt64(bytes.integer(offset + at, UInt32.self)) }
      let nameStart = offset + 46
      let extraStart = nameStart + short(28)
      let end = extraStart + short(30) + short(32)
      guard end <= bytes.count else { throw file.failure("the archive's directory is cut off") }
      let name = String(decoding: bytes[nameStart..<extraStart], as: UTF8.self)
      var wide = WideFields(content: long(24), packed: long(20), header: long(42))
      readExtra(extraStart..<extraStart + short(30), into: &wide)
      let header = try file.position(wide.header)
      guard header <= file.count - 30 else {
        throw file.failure("the entry “\(name)” is not where it should be")
      }
      let local = try file.bytes(header..<header + 30)
      guard local.integer(0, UInt32.self) == 0x0403_4B50 else {
        throw file.failure("the entry “\(name)” is not where it should be")
      }
      let start = header + 30 + Int(local.integer(26, UInt16.self)) + Int(local.integer(28, UInt16.self))
      let size = try file.position(wide.packed)
      let method: Method = short(10) == 0 ? .stored : short(10) == 8 ? .deflated : .other(short(10))
      guard method != .stored || wide.packed == wide.content, start <= file.count, size <= file.count - start,
        wide.content <= UInt64(Int.max)
      else { throw file.failure("the entry “\(name)” of \(wide.packed) bytes ends outside of the file") }
      let checksum = bytes.integer(offset + 16, UInt32.self)
      let isEncrypted = short(8) & 1 != 0
      offset = end
      return Entry(
        name: name, method: method, isEncrypted: isEncrypted, range: start..<start + size,
        byteCount: Int(wide.content), checksum: checksum)
    }

    private struct WideFields {
      var content: UInt64
      var packed: UInt64
      var header: UInt64
    }

    /// The ZIP64 extra field replaces, in this order, those fields that are all ones.
    private func readExtra(_ range: Range<Int>, into fields: inout WideFields) {
      var offset = range.lowerBound
      while offset + 4 <= range.upperBound {
        let length = Int(bytes.integer(offset + 2, UInt16.self))
        guard bytes.integer(offset, UInt16.self) == 1 else {
          offset += 4 + length
          continue
        }
        let end = min(range.upperBound, offset + 4 + length)
        var field = offset + 4
        for path in [\WideFields.content, \.packed, \.header] where fields[keyPath: path] == 0xFFFF_FFFF {
          guard field + 8 <= end else { return }
          fields[keyPath: path] = bytes.integer(field, UInt64.self)
          field += 8
        }
        return
      }
    }
  }
}

extension [UInt8] {
  /// The little-endian integer at an offset.
  fileprivate func integer<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
    var value: T = 0
    for index in (0..<MemoryLayout<T>.size).reversed() { value = value << 8 | T(self[offset + index]) }
    return value
  }
}
