public import Foundation
import MedVoxel
import Synchronization

/// A file's content, inflated where it is gzip (whatever its name says).
///
/// Nothing is read ahead: `prefix` touches only the head of the file.
public struct FileSource: Sendable {
  public let url: URL
  /// The size on disk.
  public let fileSize: Int
  /// Whether the content is gzip.
  public let isCompressed: Bool
  let descriptor: FileDescriptor

  /// - Throws: `ImageError` when the file is missing, unreadable, or no regular file.
  public init(_ url: URL) throws(ImageError) { try self.init(url, isPlain: false) }

  /// - Parameter isPlain: take the bytes as they are, even where they begin as gzip does.
  init(_ url: URL, isPlain: Bool) throws(ImageError) {
    self.url = url
    descriptor = try FileDescriptor(reading: url)
    fileSize = try descriptor.regularFileSize()
    var magic: [UInt8] = [0, 0]
    let file = descriptor
    let count = try magic.withMutableBytes { bytes throws(ImageError) in try file.read(at: 0, into: bytes) }
    isCompressed = !isPlain && count == 2 && magic == [0x1f, 0x8b]
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
      try descriptor.read(at: 0, into: buffer)
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

  /// The file as it lies on disk.
  func rawBytes() throws(ImageError) -> RawBytes {
    let bytes = try RawBytes(count: fileSize, for: name)
    let piece = 4 << 20
    let failures = Mutex<[Int: ImageError]>([:])
    Parallel.forEachChunk(of: fileSize, chunk: piece) { range in
      do throws(ImageError) {
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes.mutable[range])
        guard try descriptor.read(at: range.lowerBound, into: part) == part.count else {
          throw ImageError("the file became shorter while it was read", at: name)
        }
      } catch {
        failures.withLock { $0[range.lowerBound] = error }
      }
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
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
    let inflated = isCompressed ? try Gzip.inflated(self, count: range.upperBound) : nil
    return FileContent(source: self, range: range, inflated: inflated)
  }

  func tooShort(_ expected: Int, found: Int?) -> ImageError {
    let holding = found.map { "\($0)" } ?? "at most \(largestContent)"
    return ImageError(
      "the header claims \(expected) bytes of content, the file holds \(holding)", at: name,
      remedy: "the file is truncated or its header is wrong; get it again from its source")
  }
}
