import MedVoxel

/// Colors as annotation files write them.
enum AnnotationColor {
  /// “#F4FA58”, with or without an alpha byte in front as in “#fff4fa58”; nil for all else.
  static func hex(_ text: String?) -> SIMD3<UInt8>? {
    guard let digits = text?.drop(while: { $0 == "#" }), digits.count == 6 || digits.count == 8 else {
      return nil
    }
    return UInt32(digits, radix: 16).map(rgb)
  }

  /// Red in the third byte, blue in the lowest.
  static func rgb(_ number: UInt32) -> SIMD3<UInt8> {
    SIMD3(
      UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 8),
      UInt8(truncatingIfNeeded: number))
  }

  /// Three whole numbers to 255.
  static func bytes(_ numbers: [Double]?) -> SIMD3<UInt8>? {
    guard let numbers, numbers.count >= 3 else { return nil }
    let bytes = numbers.prefix(3).compactMap { UInt8(exactly: $0) }
    return bytes.count == 3 ? SIMD3(bytes[0], bytes[1], bytes[2]) : nil
  }

  /// Three numbers from 0 to 1.
  static func fractions(_ numbers: [Double]?) -> SIMD3<UInt8>? {
    guard let numbers, numbers.count >= 3, numbers.allSatisfy({ (0...1).contains($0) }) else { return nil }
    return bytes(numbers.prefix(3).map { ($0 * 255).rounded() })
  }
}

extension [AnnotationClass] {
  /// Adds a class that is not there yet.
  mutating func add(_ name: String, color: SIMD3<UInt8>? = nil, seen: inout Set<String>) {
    if seen.insert(name).inserted { append(AnnotationClass(name, color: color)) }
  }
}
