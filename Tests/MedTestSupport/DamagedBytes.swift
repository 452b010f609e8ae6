public import MedVoxel

extension RandomStream {
  /// The bytes with some of them, anywhere, changed to anything.
  public mutating func damaged(_ whole: [UInt8], places: Int = 3) -> [UInt8] {
    var bytes = whole
    for _ in 0..<places {
      bytes[integer(below: bytes.count)] = UInt8(truncatingIfNeeded: next())
    }
    return bytes
  }
}
