public import Foundation
import MedVoxel

/// A file's content, inflated where it is gzip (whatever its name says): of a file on disk, of memory, or of an
/// archive's entry.
///
/// Nothing is read ahead: `prefix` touches only the head of the file.
public struct FileSource: Sendable {
  /// The file; for memory and entries of archives a name for messages, with nothing beside it.
  public let url: URL
  /// The size before inflating.
  public let fileSize: Int
  /// Whether the content is gzip.
  public let isCompressed: Bool
  private let storage: Storage

  private enum Storage: Sendable {
    case file(FileDescriptor)
    case part(FileDescriptor, Range<Int>)
    case memory(RawBytes)
  }

  /// - Throws: `ImageError` when the file is missing, unreadable, or no regular file.
  public init(_ url: URL) throws(ImageError) { try self.init(url, isPlain: false) }

  /// - Parameter isPlain: take the bytes as they are, even where they begin as gzip does.
  init(_ url: URL, isPlain: Bool) throws(ImageError) {
    let file = try FileDescriptor(reading: url)
    try self.init(url, .file(file), size: file.regularFileSize(), isPlain: isPlain)
  }

  /// The content of a file that is in memory already; it is copied once.
  ///
  /// - Parameter name: for messages, and for formats that are told by their names' ends. Files that the content
  ///   names are refused: there is nothing beside it.
  /// - Throws: `ImageError` when there is no memory for the copy.
  public init(memory bytes: some Sequence<UInt8>, name: String) throws(ImageError) {
    let bytes = Array(bytes)
    let copy = try RawBytes(count: bytes.count, for: name)
    bytes.withUnsafeBytes { copy.mutable.copyMemory(from: $0) }
    try self.init(memory: copy, name: name)
  }

  init(memory bytes: RawBytes, name: String) throws(ImageError) {
    try self.init(URL(fileURLWithPath: name), .memory(bytes), size: bytes.count, isPlain: false)
  }

  /// A part of a plain file as a file of its own.
  init(_ range: Range<Int>, of source: FileSource, name: String) throws(ImageError) {
    let storage: Storage
    switch source.storage {
    case .file(let file): storage = .part(file, range)
    case .part(let file, let outer):
      storage = .part(file, outer.lowerBound + range.lowerBound..<outer.lowerBound + range.upperBound)
    case .memory(let bytes):
      let copy = try RawBytes(count: range.count, for: name)
      copy.mutable.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.bytes[range]))
      storage = .memory(copy)
    }
    try self.init(URL(fileURLWithPath: name), storage, size: range.count, isPlain: false)
  }

  private init(_ url: URL, _ storage: Storage, size: Int, isPlain: Bool) throws(ImageError) {
    (self.url, self.storage, fileSize) = (url, storage, size)
    var magic: [UInt8] = [0, 0]
    let count = try magic.withMutableBytes { bytes throws(ImageError) in
      try Self.read(storage, size: size, at: 0, into: bytes)
    }
    isCompressed = !isPlain && count == 2 && magic == [0x1f, 0x8b]
  }

  /// Where the plain content lies on disk as a file of its own; nil for what is compressed, in memory, or part of
  /// an archive.
  var plainPath: String? {
    guard !isCompressed, case .file = storage else { return nil }
    return url.path
  }

  /// Whether there can be other files beside this one.
  var isOnDisk: Bool {
    guard case .file = storage else { return false }
    return true
  }

  /// Fills the buffer with bytes before inflating, short only at their end.
  /// - Returns: the number of bytes read.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
    try Self.read(storage, size: fileSize, at: offset, into: buffer)
  }

  /// Fills the buffer with bytes before inflating, which were known to be there.
  /// - Throws: `ImageError` when they are not any more.
  func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws(ImageError) {
    guard try read(at: offset, into: buffer) == buffer.count else {
      throw ImageError("the file became shorter while it was read", at: name)
    }
  }

  private static func read(
    _ storage: Storage, size: Int, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ImageError) -> Int {
    let count = max(0, min(buffer.count, size - offset))
    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    switch storage {
    case .file(let file): return try file.read(at: offset, into: buffer)
    case .part(let file, let range): return try file.read(at: range.lowerBound + offset, into: target)
    case .memory(let bytes):
      guard count > 0 else { return 0 }
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.bytes[offset..<offset + count]))
      return count
    }
  }

  public var name: String { url.path }

  /// No content can be longer: deflate's largest ratio is 1032 to 1.
  public var largestContent: Int {
    guard isCompressed else { return fileSize }
    let (bytes, overflow) = fileSize.multipliedReportingOverflow(by: 1032)
    return overflow ? Int.max : bytes
  }

  /// The first `count` bytes of the content, fewer where it is shorter.
  public func prefix(_ count: Int) throws(ImageError) -> [UInt8] {
    let wanted = min(max(count, 0), largestContent)
    if isCompressed { return try Gzip.prefix(of: self, count: wanted) }
    var bytes = [UInt8](repeating: 0, count: wanted)
    let done = try bytes.withMutableBytes { buffer throws(ImageError) in
      try read(at: 0, into: buffer)
    }
    bytes.removeLast(wanted - done)
    return bytes
  }

  /// The content from a byte on.
  func bytes(from offset: Int) throws(ImageError) -> [UInt8] {
    let all = isCompressed ? try Gzip.inflatedToEnd(self) : try prefix(fileSize)
    guard offset >= 0, offset <= all.count else { throw tooShort(offset, found: all.count) }
    return offset == 0 ? all : Array(all[offset...])
  }

  /// The whole content.
  /// - Throws: `ImageError` when it is longer than `limit`.
  func bytes(upTo limit: Int) throws(ImageError) -> [UInt8] {
    // Compressed content grows to the limit only as it turns out to be there.
    var wanted = isCompressed ? min(1 << 20, limit + 1) : limit + 1
    while true {
      let content = try prefix(wanted)
      guard content.count <= limit else {
        throw ImageError(
          "expected at most \(limit) bytes of content, found more", at: name,
          remedy: "split the file")
      }
      if content.count < wanted || wanted > limit { return content }
      wanted = min(4 * wanted, limit + 1)
    }
  }

  /// The bytes before inflating.
  func rawBytes() throws(ImageError) -> RawBytes {
    if case .memory(let bytes) = storage { return bytes }
    let bytes = try RawBytes(count: fileSize, for: name)
    let piece = 4 << 20
    let failures = LockedFailure()
    Parallel.forEachChunk(of: fileSize, chunk: piece) { range in
      do throws(ImageError) {
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes.mutable[range])
        try fill(part, from: range.lowerBound)
      } catch {
        failures.note(error, at: range.lowerBound)
      }
    }
    try failures.check()
    return bytes
  }

  /// A part of the content, ready to be read in pieces: inflated where the file is compressed, left on disk
  /// otherwise.
  ///
  /// - Throws: `ImageError` when the content is shorter. A range that the file's size can't hold is refused
  ///   before memory is taken.
  func content(_ range: Range<Int>) throws(ImageError) -> FileContent {
    guard range.lowerBound >= 0, range.upperBound <= largestContent else {
      throw tooShort(range.upperBound, found: isCompressed ? nil : fileSize)
    }
    var memory: RawBytes?
    if isCompressed { memory = try Gzip.inflated(self, count: range.upperBound) }
    if case .memory(let bytes) = storage, !isCompressed { memory = bytes }
    return FileContent(source: self, range: range, memory: memory)
  }

  func tooShort(_ expected: Int, found: Int?) -> ImageError {
    let holding = found.map { "\($0)" } ?? "at most \(largestContent)"
    return ImageError(
      "the header claims \(expected) bytes of content, the file holds \(holding)", at: name,
      remedy: "the file is truncated or its header is wrong; get it again from its source")
  }
}
