extension [UInt8] {
  /// `withUnsafeBytes` with a typed error.
  func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    try withUnsafeBufferPointer { elements throws(ImageError) in try body(UnsafeRawBufferPointer(elements)) }
  }

  /// `withUnsafeMutableBytes` with a typed error.
  mutating func withMutableBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    try withUnsafeMutableBufferPointer { elements throws(ImageError) in
      try body(UnsafeMutableRawBufferPointer(elements))
    }
  }
}
