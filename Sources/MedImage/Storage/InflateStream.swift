import CDeflate

/// zlib's stream over gzip members, for reading a part of the content.
struct InflateStream: ~Copyable {
  private let state: UnsafeMutablePointer<z_stream>
  private let source: FileSource
  private(set) var isFinished = false
  private var total = 0

  init(_ source: FileSource) throws(ImageError) {
    self.source = source
    state = .allocate(capacity: 1)
    state.initialize(to: z_stream())
    // 16 + 15: a gzip wrapper around the largest window.
    guard inflateInit2_(state, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Gzip.outOfMemory(source)
    }
  }

  deinit {
    inflateEnd(state)
    state.deallocate()
  }

  /// Inflates until the input is used up or the output is full.
  /// - Returns: the number of bytes written.
  mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(ImageError) -> Int {
    var (read, written) = (0, 0)
    while read < input.count, written < output.count, !isFinished {
      let (available, room) = (min(input.count - read, 1 << 30), min(output.count - written, 1 << 30))
      state.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.advanced(by: read).assumingMemoryBound(to: UInt8.self))
      state.pointee.avail_in = UInt32(available)
      state.pointee.next_out = output.baseAddress?.advanced(by: written).assumingMemoryBound(to: UInt8.self)
      state.pointee.avail_out = UInt32(room)
      let result = CDeflate.inflate(state, Z_NO_FLUSH)
      read += available - Int(state.pointee.avail_in)
      let count = room - Int(state.pointee.avail_out)
      written += count
      total += count
      switch result {
      case Z_OK: break
      case Z_STREAM_END:
        // Another member may follow; anything else after the last one is ignored.
        if read < input.count, input[read] != 0x1f { isFinished = true }
        inflateReset(state)
      case Z_BUF_ERROR: return written
      default: throw Gzip.damaged(source, after: total)
      }
    }
    return written
  }

  /// Fills the output from the front of the input.
  static func fill(
    _ output: UnsafeMutableRawBufferPointer, from input: UnsafeRawBufferPointer, source: FileSource
  ) throws(ImageError) {
    var stream = try InflateStream(source)
    let count = try stream.inflate(input, into: output)
    guard count == output.count else { throw Gzip.damaged(source, after: count) }
  }
}
