import Foundation
import MedVoxel

/// One file's share of an image's voxels, and how it is written there.
struct VoxelPart: Sendable {
  enum Encoding: Sendable {
    case raw
    /// zlib's or gzip's stream.
    case deflate
    case bzip2
    /// Numbers with spaces or line ends between them.
    case text
    /// Two digits a byte.
    case hex
  }

  enum Place: Sendable {
    /// The header's own file.
    case opened(FileSource)
    /// Another one, taken as it is even where it begins as gzip does; opened when it is needed.
    case file(URL)
  }

  var place: Place
  /// Bytes of the file before the share.
  var offset = 0
  /// Lines to pass after them.
  var lines = 0
  /// Bytes to pass of what is then decoded; nil: the share is its end.
  var skip: Int? = 0
  var encoding: Encoding
  /// The length of a compressed share, where the header tells.
  var packedCount: Int?
  /// What is decoded already.
  var content: RawBytes?

  func source() throws(ImageError) -> FileSource {
    switch place {
    case .opened(let source): source
    case .file(let url): try FileSource(url, isPlain: true)
    }
  }

  /// Refuses a share that the file can't hold, before memory is taken for it.
  func check(holds count: Int, type: VoxelType) throws(ImageError) {
    let source = try source()
    guard !source.isCompressed || (encoding != .deflate && encoding != .bzip2) else {
      throw ImageError(
        "the voxels are compressed twice, in the file and with it", at: source.name,
        remedy: "unpack the file with gunzip first")
    }
    guard offset <= source.largestContent else { throw source.tooShort(offset, found: nil) }
    let packed = source.largestContent - offset
    // What is passed is decoded too.
    let (needed, isTooMuch) = count.addingReportingOverflow(encoding == .text ? 0 : skip ?? 0)
    let (room, isUnbounded) =
      switch encoding {
      case .raw: (packed, false)
      case .deflate: packed.multipliedReportingOverflow(by: 1032)
      case .bzip2: (0, true)
      case .text: ((packed / 2 + 1).multipliedReportingOverflow(by: type.byteCount))
      case .hex: (packed / 2, false)
      }
    guard !isTooMuch, isUnbounded || needed <= room else {
      throw ImageError(
        "the header claims \(needed) bytes of voxels, the file has room for \(room)", at: source.name,
        remedy: "the file is truncated or its header is wrong; get it again from its source")
    }
  }

  /// The same part with its content in memory, where nobody can tell how much that is.
  func unpackedFirst(_ count: Int) throws(ImageError) -> VoxelPart {
    guard encoding == .bzip2 else { return self }
    var part = self
    let source = try source()
    part.content = try withPacked(source) { bytes throws(ImageError) in
      try Bzip2.decompressed(bytes, skip: skip, count: count, of: source)
    }
    return part
  }

  /// Fills the memory with the share's elements, in the file's byte order (text: in this machine's).
  func decode(into target: UnsafeMutableRawBufferPointer, type: VoxelType) throws(ImageError) {
    if let content { return target.copyMemory(from: content.bytes) }
    let source = try source()
    switch encoding {
    case .raw where lines == 0: try copy(source, into: target)
    case .raw:
      try withPacked(source) { bytes throws(ImageError) in
        let start = skip ?? bytes.count - target.count
        guard start >= 0, start <= bytes.count, target.count <= bytes.count - start else {
          throw source.tooShort(target.count, found: bytes.count)
        }
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + target.count]))
      }
    case .deflate:
      try withPacked(source) { bytes throws(ImageError) in
        try Deflate.inflate(bytes, skip: skip, into: target, of: source)
      }
    case .bzip2: break
    case .text:
      try withPacked(source) { bytes throws(ImageError) in
        try TextVoxels.decode(bytes, as: type, into: target, at: source.name)
      }
    case .hex:
      try withPacked(source) { bytes throws(ImageError) in
        try TextVoxels.decodeHex(bytes, into: target, at: source.name)
      }
    }
  }

  /// Plain bytes, piece by piece.
  private func copy(_ source: FileSource, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    guard let base = target.baseAddress else { return }
    var start = offset
    if let skip {
      let (sum, overflow) = offset.addingReportingOverflow(skip)
      start = overflow ? Int.max : sum
    } else {
      let end = source.isCompressed ? try Gzip.inflatedToEnd(source).count : source.fileSize
      start = end - target.count
      guard start >= offset else { throw source.tooShort(target.count, found: end - offset) }
    }
    let (end, overflow) = start.addingReportingOverflow(target.count)
    guard !overflow else { throw source.tooShort(Int.max, found: source.fileSize) }
    // SAFETY: the pieces write disjoint memory.
    nonisolated(unsafe) let output = base
    try source.content(start..<end).forEachPiece(granule: 1) { bytes, position in
      guard let from = bytes.baseAddress else { return }
      (output + position).copyMemory(from: from, byteCount: bytes.count)
    }
  }

  /// The share's bytes as they are written.
  private func withPacked<Result>(
    _ source: FileSource, _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    let raw = try source.isCompressed ? nil : source.rawBytes()
    let inflated = try source.isCompressed ? Gzip.inflatedToEnd(source) : []
    return try inflated.withBytes { bytes throws(ImageError) in
      let all = raw?.bytes ?? bytes
      guard offset <= all.count else { throw source.tooShort(offset, found: all.count) }
      var start = offset
      for passed in 0..<lines {
        guard let end = all[start...].firstIndex(of: UInt8(ascii: "\n")) else {
          throw ImageError("expected \(lines) lines before the voxels, found \(passed)", at: source.name)
        }
        start = end + 1
      }
      let count = packedCount ?? all.count - start
      guard count <= all.count - start else { throw source.tooShort(count, found: all.count - start) }
      return try body(UnsafeRawBufferPointer(rebasing: all[start..<start + count]))
    }
  }
}
