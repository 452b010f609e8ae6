/// Undoing the differences that predictors take. Source: TIFF 6.0, section 14, and Adobe's Technical Note 3.
enum TIFFPredictor {
  /// Differences of neighbors along a row, in this machine's byte order.
  static func addUp(
    _ row: UnsafeMutableRawPointer, elements: Int, stride: Int, width: Int
  ) {
    func run<T: FixedWidthInteger>(_ type: T.Type) {
      let values = row.assumingMemoryBound(to: T.self)
      guard elements > stride else { return }
      for index in stride..<elements { values[index] &+= values[index - stride] }
    }
    switch width {
    case 1: run(UInt8.self)
    case 2: run(UInt16.self)
    case 4: run(UInt32.self)
    default: run(UInt64.self)
    }
  }

  /// The reverse, for writing.
  static func takeDifferences(
    _ row: UnsafeMutableRawPointer, elements: Int, stride: Int, width: Int
  ) {
    func run<T: FixedWidthInteger>(_ type: T.Type) {
      let values = row.assumingMemoryBound(to: T.self)
      for index in Swift.stride(from: elements - 1, through: stride, by: -1) {
        values[index] &-= values[index - stride]
      }
    }
    switch width {
    case 1: run(UInt8.self)
    case 2: run(UInt16.self)
    case 4: run(UInt32.self)
    default: run(UInt64.self)
    }
  }

  /// Floating point: a row has all highest bytes first, then the next ones; differences are of bytes.
  static func addUpFloats(
    _ row: UnsafeMutableRawPointer, elements: Int, stride: Int, width: Int, scratch: UnsafeMutableRawPointer
  ) {
    let count = elements * width
    addUp(row, elements: count, stride: stride, width: 1)
    scratch.copyMemory(from: row, byteCount: count)
    let (from, to) = (
      scratch.assumingMemoryBound(to: UInt8.self), row.assumingMemoryBound(to: UInt8.self)
    )
    for byte in 0..<width {
      let place = isHostBigEndian ? byte : width - 1 - byte
      for element in 0..<elements { to[element * width + place] = from[byte * elements + element] }
    }
  }
}
