/// The 64-bit xxHash of bytes that arrive in pieces.
///
/// - Source: Yann Collet's specification, github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
struct Checksum {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  private var lanes = SIMD4<UInt64>(
    Checksum.prime1 &+ Checksum.prime2, Checksum.prime2, 0, 0 &- Checksum.prime1)
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count &+= UInt64(bytes.count)
    var offset = 0
    if !rest.isEmpty {
      offset = min(32 - rest.count, bytes.count)
      rest.append(contentsOf: bytes[..<offset])
      guard rest.count == 32 else { return }
      self.lanes = rest.withUnsafeBytes { Checksum.mix(self.lanes, $0, 0) }
      rest.removeAll(keepingCapacity: true)
    }
    var lanes = lanes
    while bytes.count - offset >= 32 {
      lanes = Checksum.mix(lanes, bytes, offset)
      offset += 32
    }
    self.lanes = lanes
    rest.append(contentsOf: bytes[offset...])
  }

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  private static func mix(_ lanes: SIMD4<UInt64>, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> SIMD4<
    UInt64
  > {
    let words = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
    let sum = lanes &+ words &* prime2
    return (sum &<< 31 | sum &>> 33) &* prime1
  }

  private static func rotate(_ x: UInt64, _ n: UInt64) -> UInt64 { x &<< n | x &>> (64 - n) }
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* prime2, 31) &* prime1
  }

  var value: UInt64 {
    var hash: UInt64
    if count >= 32 {
      hash = Checksum.rotate(lanes[0], 1) &+ Checksum.rotate(lanes[1], 7)
      hash = hash &+ Checksum.rotate(lanes[2], 12) &+ Checksum.rotate(lanes[3], 18)
      for lane in 0..<4 {
        hash = (hash ^ Checksum.round(0, lanes[lane])) &* Checksum.prime1 &+ Checksum.prime4
      }
    } else {
      hash = Checksum.prime5
    }
    hash &+= count
    var offset = 0
    while rest.count - offset >= 8 {
      let word = (0..<8).reduce(0) { $0 | UInt64(rest[offset + $1]) << UInt64(8 * $1) }
      hash = Checksum.rotate(hash ^ Checksum.round(0, word), 27) &* Checksum.prime1 &+ Checksum.prime4
      offset += 8
    }
    if rest.count - offset >= 4 {
      let word = (0..<4).reduce(0) { $0 | UInt64(rest[offset + $1]) << UInt64(8 * $1) }
      hash = Checksum.rotate(hash ^ word &* Checksum.prime1, 23) &* Checksum.prime2 &+ Checksum.prime3
      offset += 4
    }
    for byte in rest[offset...] {
      hash = Checksum.rotate(hash ^ UInt64(byte) &* Checksum.prime5, 11) &* Checksum.prime1
    }
    hash = (hash ^ hash >> 33) &* Checksum.prime2
    hash = (hash ^ hash >> 29) &* Checksum.prime3
    return hash ^ hash >> 32
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
