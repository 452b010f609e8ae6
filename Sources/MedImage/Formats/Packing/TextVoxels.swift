import MedVoxel

/// Voxels written as numbers in text.
enum TextVoxels {
  /// Fills the memory with the text's first numbers.
  /// - Throws: `ImageError` when there are fewer, or one is no number of the type.
  static func decode(
    _ text: UnsafeRawBufferPointer, as type: VoxelType, into target: UnsafeMutableRawBufferPointer,
    at location: String
  ) throws(ImageError) {
    switch type {
    case .uint8: try fill(text, target, location) { UInt8($0) }
    case .int8: try fill(text, target, location) { Int8($0) }
    case .uint16: try fill(text, target, location) { UInt16($0) }
    case .int16: try fill(text, target, location) { Int16($0) }
    case .uint32: try fill(text, target, location) { UInt32($0) }
    case .int32: try fill(text, target, location) { Int32($0) }
    case .uint64: try fill(text, target, location) { UInt64($0) }
    case .int64: try fill(text, target, location) { Int64($0) }
    case .float32: try fill(text, target, location) { Float($0) }
    case .float64: try fill(text, target, location) { Double($0) }
    }
  }

  /// Fills the memory with the text's first bytes of two digits.
  static func decodeHex(
    _ text: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, at location: String
  ) throws(ImageError) {
    var (count, half) = (0, UInt8?.none)
    for byte in text where byte > 32 {
      guard count < target.count else { return }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw ImageError("expected hexadecimal digits, found the byte \(byte)", at: location)
      }
      guard let high = half else {
        half = digit
        continue
      }
      target[count] = high << 4 | digit
      (count, half) = (count + 1, nil)
    }
    guard count == target.count else {
      throw ImageError(
        "the header claims \(target.count) bytes, the text holds \(count)", at: location,
        remedy: "the file is truncated or its header is wrong; get it again from its source")
    }
  }

  private static func fill<T: BitwiseCopyable>(
    _ text: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ location: String,
    _ parse: (String) -> T?
  ) throws(ImageError) {
    let width = MemoryLayout<T>.size
    var position = 0
    for index in 0..<target.count / width {
      while position < text.count, isSeparator(text[position]) { position += 1 }
      var end = position
      while end < text.count, !isSeparator(text[end]) { end += 1 }
      guard end > position else {
        throw ImageError(
          "the header claims \(target.count / width) numbers, the text holds \(index)", at: location,
          remedy: "the file is truncated or its header is wrong; get it again from its source")
      }
      let word = String(decoding: text[position..<min(end, position + 64)], as: UTF8.self)
      guard let value = parse(word) else {
        throw ImageError(
          "expected a number of type \(T.self), found “\(word)” as number \(index)", at: location)
      }
      target.storeBytes(of: value, toByteOffset: index * width, as: T.self)
      position = end
    }
  }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte <= 32 || byte == UInt8(ascii: ",") }
}
