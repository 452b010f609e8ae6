import Foundation

/// Random numbers as a pure function of a key and a counter (Philox-4×32-10).
///
/// Streams are values: a copy repeats the same numbers, and `stream(_:)` derives an independent one from a
/// name or number, so that what is drawn for one case does not depend on the order of the others, on threads,
/// or on how many numbers anyone else drew.
///
/// - Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: RandomNumberGenerator, Hashable, Codable, Sendable {
  /// What the numbers follow from, with the counter.
  public private(set) var key: UInt64
  private var counter: UInt64 = 0
  private var spare: UInt64?
  private var spareNormal: Double?

  public init(seed: UInt64) { key = RandomStream.mix(seed) }

  private init(key: UInt64) { self.key = key }

  /// An independent stream; this one is not advanced.
  public func stream(_ index: Int) -> RandomStream {
    RandomStream(key: RandomStream.mix(key ^ RandomStream.mix(UInt64(bitPattern: Int64(index)) &+ 0x9E37)))
  }

  /// An independent stream for a purpose or a case; this one is not advanced.
  public func stream(_ name: String) -> RandomStream {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return RandomStream(key: RandomStream.mix(key ^ RandomStream.mix(hash)))
  }

  public mutating func next() -> UInt64 {
    if let value = spare {
      spare = nil
      return value
    }
    let block = RandomStream.philox(counter: counter, key: key)
    counter &+= 1
    spare = block.1
    return block.0
  }

  /// Uniform in `[0, 1)`, with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in the range; its lower bound where it is empty.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Uniform among `0..<count`.
  /// - Precondition: `count > 0`.
  public mutating func integer(below count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

  public mutating func bool(probability: Double) -> Bool { uniform() < probability }

  /// Normal with mean 0 and deviation 1 (Box–Muller).
  public mutating func normal() -> Double {
    if let value = spareNormal {
      spareNormal = nil
      return value
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * sin(angle)
    return radius * cos(angle)
  }

  /// SplitMix64's finalizer.
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Ten rounds on the counter (its upper half zero) with the 64-bit key.
  static func philox(counter: UInt64, key: UInt64) -> (UInt64, UInt64) {
    var (c0, c1, c2, c3) = (UInt32(truncatingIfNeeded: counter), UInt32(counter >> 32), UInt32(0), UInt32(0))
    var (k0, k1) = (UInt32(truncatingIfNeeded: key), UInt32(key >> 32))
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) &* UInt64(c0)
      let p1 = UInt64(0xCD9E_8D57) &* UInt64(c2)
      (c0, c1, c2, c3) = (
        UInt32(p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (UInt64(c0) | UInt64(c1) << 32, UInt64(c2) | UInt64(c3) << 32)
  }
}
