extension StoredTensor {
  /// The elements as numbers, in C order; a complex number is two of them.
  public func doubles() -> [Double] { converted { $0 } }

  /// The elements as numbers in single precision.
  public func floats() -> [Float] {
    if type == .float32 {
      return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        copy(to: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: byteCount))
        initialized = count
      }
    }
    return converted { Float($0) }
  }

  /// The elements as whole numbers, exact in 64 bits; nil for floating-point and complex types.
  public func integers() -> [Int64]? {
    switch type {
    case .bool: elements(of: UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: elements(of: UInt8.self) { Int64($0) }
    case .int8: elements(of: Int8.self) { Int64($0) }
    case .uint16: elements(of: UInt16.self) { Int64($0) }
    case .int16: elements(of: Int16.self) { Int64($0) }
    case .uint32: elements(of: UInt32.self) { Int64($0) }
    case .int32: elements(of: Int32.self) { Int64($0) }
    case .uint64: elements(of: UInt64.self) { Int64(truncatingIfNeeded: $0) }
    case .int64: elements(of: Int64.self) { $0 }
    case .float16, .bfloat16, .float32, .float64, .complex64, .complex128: nil
    }
  }

  private func converted<Result>(_ convert: (Double) -> Result) -> [Result] {
    switch type {
    case .bool: elements(of: UInt8.self) { convert($0 == 0 ? 0 : 1) }
    case .uint8: elements(of: UInt8.self) { convert(Double($0)) }
    case .int8: elements(of: Int8.self) { convert(Double($0)) }
    case .uint16: elements(of: UInt16.self) { convert(Double($0)) }
    case .int16: elements(of: Int16.self) { convert(Double($0)) }
    case .uint32: elements(of: UInt32.self) { convert(Double($0)) }
    case .int32: elements(of: Int32.self) { convert(Double($0)) }
    case .uint64: elements(of: UInt64.self) { convert(Double($0)) }
    case .int64: elements(of: Int64.self) { convert(Double($0)) }
    case .float16: elements(of: UInt16.self) { convert(Double(widened(float16: $0))) }
    case .bfloat16: elements(of: UInt16.self) { convert(Double(widened(bfloat16: $0))) }
    case .float32, .complex64: elements(of: Float.self) { convert(Double($0)) }
    case .float64, .complex128: elements(of: Double.self) { convert($0) }
    }
  }

  private func elements<Source: BitwiseCopyable, Result>(
    of type: Source.Type, _ convert: (Source) -> Result
  ) -> [Result] {
    withBytes { bytes in
      let width = MemoryLayout<Source>.size
      return (0..<bytes.count / width).map {
        convert(bytes.loadUnaligned(fromByteOffset: $0 * width, as: Source.self))
      }
    }
  }
}
