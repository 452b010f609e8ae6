import MedVoxel

/// The compressions of TIFF that are undone here; libvips does the others.
enum TIFFCompression {
  static func isOwn(_ code: Int) -> Bool {
    [1, 5, 7, 8, 32773, 32946, 33003, 33005, 34712, 34925, 50000, 50001].contains(code)
  }

  static func name(_ code: Int) -> String {
    switch code {
    case 1: "none"
    case 2, 3, 4: "fax (CCITT \(code))"
    case 5: "LZW"
    case 6: "JPEG (TIFF 6.0)"
    case 7: "JPEG"
    case 8, 32946: "deflate"
    case 32773: "PackBits"
    case 33003, 33005, 34712: "JPEG 2000"
    case 34887: "LERC"
    case 34925: "LZMA"
    case 50000: "Zstandard"
    case 50001: "WebP"
    default: "\(code)"
    }
  }

  /// Bytes of a segment; the rest of the memory stays as it is where there are fewer.
  /// - Returns: how many there are.
  static func unpack(
    _ packed: UnsafeRawBufferPointer, _ code: Int, into target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    switch code {
    case 5: TIFFLZW.decode(packed, into: target)
    case 32773: packBits(packed, into: target)
    default:
      Deflate.begin(packed, into: target)
    }
  }

  /// Zstandard and LZMA are undone by the library, as the bytes of a gray picture: so the samples can be of types
  /// that it does not read itself.
  static func isWrapped(_ code: Int) -> Bool { code == 50000 || code == 34925 }

  /// A TIFF of one strip of plain bytes in that compression.
  static func wrapped(_ packed: [UInt8], _ code: Int, rowBytes: Int, rows: Int) -> [UInt8] {
    let start = 8 + (packed.count + 7) / 8 * 8
    var block = TIFFDirectoryWriter(at: start, isBig: false)
    block.add(256, .long, [rowBytes])
    block.add(257, .long, [rows])
    block.add(258, .short, [8])
    block.add(259, .short, [code])
    block.add(262, .short, [1])
    block.add(273, .long, [8])
    block.add(277, .short, [1])
    block.add(278, .long, [rows])
    block.add(279, .long, [packed.count])
    var head = ByteWriter(count: 8)
    head.integer(UInt32(0x2a_4949), at: 0)
    head.integer(UInt32(truncatingIfNeeded: start), at: 4)
    return head.bytes + packed + [UInt8](repeating: 0, count: start - 8 - packed.count)
      + block.bytes(next: 0)
  }

  /// Source: TIFF 6.0, section 9.
  private static func packBits(
    _ packed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Int {
    var (read, written) = (0, 0)
    while read < packed.count, written < target.count {
      let head = Int(Int8(bitPattern: packed[read]))
      read += 1
      if head >= 0 {
        let count = min(head + 1, packed.count - read, target.count - written)
        for index in 0..<count { target[written + index] = packed[read + index] }
        read += head + 1
        written += count
      } else if head != -128, read < packed.count {
        let count = min(1 - head, target.count - written)
        for index in 0..<count { target[written + index] = packed[read] }
        read += 1
        written += count
      }
    }
    return written
  }
}

/// LZW as in TIFF 6.0, section 13: codes of 9 to 12 bits, the highest bit first. The older order, lowest bit
/// first, is told by its first code.
enum TIFFLZW {
  static func decode(
    _ packed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    if packed.count >= 2, packed[0] == 0, packed[1] & 1 == 1 {
      return decode(packed, into: target, isOld: true)
    }
    return decode(packed, into: target, isOld: false)
  }

  /// Each code stands for a run that was written before, so the table holds where in the output it lies.
  private static func decode(
    _ packed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, isOld: Bool
  ) -> Int? {
    guard let out = target.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let from = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
    else { return 0 }
    return withUnsafeTemporaryAllocation(of: (start: Int, count: Int).self, capacity: 4098) { table in
      var (read, written) = (0, 0)
      var (held, bits, size, next) = (UInt64(0), 0, 9, 258)
      var last: (start: Int, count: Int)?
      while written < target.count {
        while bits < size, read < packed.count {
          held = isOld ? held | UInt64(from[read]) << UInt64(bits) : held << 8 | UInt64(from[read])
          bits += 8
          read += 1
        }
        guard bits >= size else { return written }
        let mask = UInt64(1) << UInt64(size) - 1
        let code: Int
        if isOld {
          code = Int(held & mask)
          held >>= UInt64(size)
        } else {
          code = Int(held >> UInt64(bits - size) & mask)
        }
        bits -= size
        if code == 257 { return written }
        if code == 256 {
          (size, next, last) = (9, 258, nil)
          continue
        }
        let start = written
        var count = 1
        if code < 256 {
          out[written] = UInt8(code)
        } else {
          guard let last, code <= next else { return nil }
          let run = code < next ? table[code] : (start: last.start, count: last.count + 1)
          count = run.count
          // Byte by byte: a new run overlaps with what it becomes.
          for index in 0..<min(count, target.count - written) {
            out[written + index] = out[run.start + index]
          }
        }
        if let last, next < 4096 {
          table[next] = (last.start, last.count + 1)
          next += 1
        }
        last = (start, count)
        written += min(count, target.count - written)
        let early = isOld ? 0 : 1
        if next + early >= 2048 {
          size = 12
        } else if next + early >= 1024 {
          size = 11
        } else if next + early >= 512 {
          size = 10
        }
      }
      return written
    }
  }
}
