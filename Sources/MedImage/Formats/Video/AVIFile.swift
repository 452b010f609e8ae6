import MedVoxel

/// The frames of an AVI's first video stream, and what its headers say of them.
///
/// Source: Microsoft's AVI RIFF reference, and OpenDML's AVI extensions of 1996.
struct AVIFile: Sendable {
  let bytes: RandomBytes
  let width: Int
  let height: Int
  let isTopDown: Bool
  let bits: Int
  /// Four characters, or "" for plain pixels.
  let codec: String
  let palette: [SIMD3<UInt8>]
  /// Seconds from frame to frame; nil where the file says nothing sensible.
  let timeStep: Double?
  /// Where the frames lie. An empty one repeats the frame before it.
  let frames: [Range<Int>]

  init(_ source: FileSource) throws(ImageError) {
    bytes = try RandomBytes(source)
    let riff = RIFF(bytes: bytes)
    var (streams, movies): ([[RIFF.Chunk]], [RIFF.Chunk]) = ([], [])
    var (main, index): (RIFF.Chunk?, RIFF.Chunk?) = (nil, nil)
    // The first part has headers; longer files go on in parts of the kind AVIX.
    var at = 0
    while let part = try riff.chunk(at: at, before: bytes.count), part.name == "RIFF" {
      for chunk in try riff.chunks(in: part.range) {
        switch (chunk.name, chunk.list) {
        case ("LIST", "hdrl"):
          for header in try riff.chunks(in: chunk.range) {
            if header.name == "avih", main == nil { main = header }
            if header.list == "strl" { streams.append(try riff.chunks(in: header.range)) }
          }
        case ("LIST", "movi"): movies.append(chunk)
        case ("idx1", _): if index == nil { index = chunk }
        default: break
        }
      }
      at = part.next
    }
    func fail(_ statement: String) -> ImageError {
      ImageError(
        "the AVI is damaged: \(statement)", at: source.name, remedy: "get the file again from its source")
    }
    var found: (number: Int, head: ByteReader, format: ByteReader, chunks: [RIFF.Chunk])?
    for (number, chunks) in streams.enumerated() where found == nil {
      guard let head = chunks.first(where: { $0.name == "strh" && $0.range.count >= 36 }),
        let format = chunks.first(where: { $0.name == "strf" && $0.range.count >= 40 })
      else { continue }
      let reader = ByteReader(
        bytes: try bytes.bytes(at: head.range.lowerBound, count: 36), isBigEndian: false)
      guard reader.text(0..<4) == "vids" else { continue }
      let count = min(format.range.count, 40 + 1024)
      found = (
        number, reader,
        ByteReader(
          bytes: try bytes.bytes(at: format.range.lowerBound, count: count), isBigEndian: false), chunks
      )
    }
    guard let found else { throw fail("it has no video stream") }
    let format = found.format
    width = Int(format.integer(4, as: Int32.self))
    let rows = Int(format.integer(8, as: Int32.self))
    (height, isTopDown) = (abs(rows), rows < 0)
    bits = Int(format.integer(14, as: UInt16.self))
    let code = format.integer(16, as: UInt32.self)
    codec = code == 0 ? "" : format.text(16..<20)
    palette = stride(from: 40, to: format.bytes.count - 3, by: 4).map {
      [format.bytes[$0 + 2], format.bytes[$0 + 1], format.bytes[$0]]
    }
    guard (1...65535).contains(width), (1...65535).contains(height) else {
      throw fail("frames of \(width)×\(height) pixels")
    }
    let (scale, rate) = (
      Double(found.head.integer(20, as: UInt32.self)), Double(found.head.integer(24, as: UInt32.self))
    )
    var step = scale / rate
    if !(scale > 0 && rate > 0), let main, main.range.count >= 4 {
      let reader = ByteReader(
        bytes: try bytes.bytes(at: main.range.lowerBound, count: 4), isBigEndian: false)
      step = Double(reader.integer(0, as: UInt32.self)) / 1e6
    }
    timeStep = step.isFinite && step > 0 ? step : nil
    let reader = AVIFrames(riff: riff, stream: found.number, movies: movies)
    var frames = try reader.openDML(found.chunks)
    if frames == nil { frames = try reader.old(index) }
    if frames == nil { frames = try reader.scanned() }
    self.frames = frames ?? []
    guard self.frames.contains(where: { !$0.isEmpty }) else { throw fail("it has no frames") }
  }
}

/// The ways to find a stream's frames.
struct AVIFrames {
  let riff: RIFF
  let stream: Int
  let movies: [RIFF.Chunk]

  private func isFrame(_ name: String) -> Bool {
    let digits = stream < 10 ? "0\(stream)" : "\(stream)"
    return name == digits + "dc" || name == digits + "db"
  }

  /// Whether frames lie where an index says: the first and the last one are looked up.
  private func checked(_ frames: [Range<Int>]) throws(ImageError) -> [Range<Int>]? {
    for frame in [frames.first, frames.last] {
      guard let frame, frame.lowerBound >= 8, frame.upperBound <= riff.bytes.count,
        let chunk = try riff.chunk(at: frame.lowerBound - 8, before: riff.bytes.count),
        isFrame(chunk.name), chunk.range == frame
      else { return nil }
    }
    return frames.allSatisfy { $0.upperBound <= riff.bytes.count } ? frames : nil
  }

  /// OpenDML: an index of indexes in the stream's header, or an index of frames there.
  func openDML(_ chunks: [RIFF.Chunk]) throws(ImageError) -> [Range<Int>]? {
    guard let top = chunks.first(where: { $0.name == "indx" }), top.range.count >= 24 else { return nil }
    let reader = try self.reader(top.range)
    guard reader.bytes[3] == 0 else { return try standard(reader).flatMap { try? checked($0) } ?? nil }
    let count = min(Int(reader.integer(4, as: UInt32.self)), (reader.bytes.count - 24) / 16)
    var frames: [Range<Int>] = []
    for entry in 0..<count {
      let at = Int(clamping: reader.integer(24 + 16 * entry, as: UInt64.self))
      guard let chunk = try riff.chunk(at: at, before: riff.bytes.count), chunk.range.count >= 24,
        let part = try standard(self.reader(chunk.range))
      else { return nil }
      frames += part
      guard frames.count <= riff.bytes.count / 8 else { return nil }
    }
    return try checked(frames)
  }

  private func reader(_ range: Range<Int>) throws(ImageError) -> ByteReader {
    ByteReader(
      bytes: try riff.bytes.bytes(at: range.lowerBound, count: range.count), isBigEndian: false)
  }

  private func standard(_ reader: ByteReader) throws(ImageError) -> [Range<Int>]? {
    guard reader.bytes[3] == 1 else { return nil }
    let count = min(Int(reader.integer(4, as: UInt32.self)), (reader.bytes.count - 24) / 8)
    let base = Int(clamping: reader.integer(12, as: UInt64.self))
    guard base <= riff.bytes.count else { return nil }
    return (0..<count).map { entry in
      let start = base + Int(reader.integer(24 + 8 * entry, as: UInt32.self))
      // The highest bit is set for frames that need others.
      return start..<start + Int(reader.integer(28 + 8 * entry, as: UInt32.self) & 0x7fff_ffff)
    }
  }

  /// The index of AVI 1.0; its offsets count from the list of frames, or from the file's start.
  func old(_ index: RIFF.Chunk?) throws(ImageError) -> [Range<Int>]? {
    // It covers the first part only.
    guard let index, movies.count == 1, let movie = movies.first else { return nil }
    let reader = try self.reader(index.range)
    var entries: [(offset: Int, size: Int)] = []
    for at in stride(from: 0, through: reader.bytes.count - 16, by: 16)
    where isFrame(reader.text(at..<at + 4)) {
      entries.append(
        (Int(reader.integer(at + 8, as: UInt32.self)), Int(reader.integer(at + 12, as: UInt32.self))))
    }
    guard !entries.isEmpty else { return nil }
    for base in [movie.range.lowerBound - 4, 0] {
      let frames = entries.map { base + $0.offset + 8..<base + $0.offset + 8 + $0.size }
      if let good = try checked(frames) { return good }
    }
    return nil
  }

  /// Without an index: chunk after chunk.
  func scanned() throws(ImageError) -> [Range<Int>] {
    var frames: [Range<Int>] = []
    for movie in movies {
      var ends = [movie.range.upperBound]
      var at = movie.range.lowerBound
      while let end = ends.last {
        guard let chunk = try riff.chunk(at: at, before: end) else {
          // The end of a group of chunks.
          at = end
          ends.removeLast()
          continue
        }
        if chunk.list == "rec ", ends.count == 1 {
          ends.append(chunk.range.upperBound)
          at = chunk.range.lowerBound
          continue
        }
        // A frame that is cut off does not count.
        if isFrame(chunk.name), chunk.next <= riff.bytes.count + 1 { frames.append(chunk.range) }
        at = chunk.next
      }
    }
    return frames
  }
}
