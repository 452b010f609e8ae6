import Foundation
import MedVoxel

/// A part of a file's content whose bytes are known to exist.
struct FileContent: Sendable {
  var source: FileSource
  var range: Range<Int>
  /// The content from its start, where that is in memory.
  var memory: RawBytes?

  /// Calls `body` with pieces, several at a time, each with its distance from the range's start. Pieces are
  /// multiples of `granule` bytes.
  ///
  /// Plain files are read piece by piece into memory that stays in the cache; no copy of the whole is made.
  func forEachPiece(granule: Int, body: (UnsafeRawBufferPointer, Int) -> Void) throws(ImageError) {
    let piece = max(granule, (256 << 10) / granule * granule)
    if let memory {
      let bytes = UnsafeRawBufferPointer(rebasing: memory.bytes[range])
      Parallel.forEachChunk(of: range.count, chunk: piece) { part in
        body(UnsafeRawBufferPointer(rebasing: bytes[part]), part.lowerBound)
      }
      return
    }
    let failures = LockedFailure()
    Parallel.forEachChunk(of: range.count, chunk: piece) { part in
      withUnsafeTemporaryAllocation(byteCount: part.count, alignment: 64) { scratch in
        do throws(ImageError) {
          try source.fill(scratch, from: range.lowerBound + part.lowerBound)
          body(UnsafeRawBufferPointer(scratch), part.lowerBound)
        } catch {
          failures.note(error, at: part.lowerBound)
        }
      }
    }
    try failures.check()
  }
}

extension FileContent {
  /// Some of the bytes; the range counts from the content's start, as the part's own does.
  func withBytes(
    _ wanted: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ImageError) {
    if let memory { return body(UnsafeRawBufferPointer(rebasing: memory.bytes[wanted])) }
    let bytes = try RawBytes(count: wanted.count, for: source.name)
    let target = UnsafeMutableRawBufferPointer(rebasing: bytes.mutable[..<wanted.count])
    try source.fill(target, from: wanted.lowerBound)
    body(bytes.bytes)
  }

  /// Copies some of the bytes; the offset counts from the content's start.
  func copy(from offset: Int, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    guard let memory else { return try source.fill(target, from: offset) }
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory.bytes[offset..<offset + target.count]))
  }
}

/// Memory of bytes that is not zeroed first.
final class RawBytes: @unchecked Sendable {
  // SAFETY: written only while it is filled, by its creator.
  let mutable: UnsafeMutableRawBufferPointer
  let count: Int

  /// - Throws: `ImageError` when the machine can't give that much.
  init(count: Int, for name: String) throws(ImageError) {
    guard let memory = malloc(max(count, 1)) else {
      throw ImageError("there is no memory for \(count) bytes", at: name, cause: .environment)
    }
    mutable = UnsafeMutableRawBufferPointer(start: memory, count: max(count, 1))
    self.count = count
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: mutable[0..<count]) }

  deinit { free(mutable.baseAddress) }
}
