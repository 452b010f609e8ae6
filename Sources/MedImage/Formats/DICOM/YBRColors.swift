/// Luminance and color differences to red, green and blue. Source: the DICOM standard, PS3.3, C.7.6.3.1.2.
enum YBRColors {
  /// YBR_FULL in place, samples of a pixel side by side, of 8 or 16 bits.
  static func toRGB(_ pixels: UnsafeMutableRawBufferPointer, bits: Int, isPartial: Bool = false) {
    if bits == 8 {
      pixels.withMemoryRebound(to: UInt8.self) { convert($0, middle: 128, isPartial) }
    } else if bits == 16 {
      pixels.withMemoryRebound(to: UInt16.self) { convert($0, middle: 32768, isPartial) }
    }
  }

  private static func convert<T: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeMutableBufferPointer<T>, middle: Double, _ isPartial: Bool
  ) {
    let largest = middle * 2 - 1
    func clamped(_ value: Double) -> T { T(min(largest, max(0, value.rounded(.toNearestOrEven)))) }
    // Partial colors leave room below and above: luminance from 16 to 235, differences from 16 to 240, of 256.
    let (low, gain, spread) = isPartial ? (middle / 8, 255.0 / 219, 255.0 / 224) : (0, 1, 1)
    for index in stride(from: 0, to: samples.count - 2, by: 3) {
      let y = (Double(samples[index]) - low) * gain
      let b = (Double(samples[index + 1]) - middle) * spread
      let r = (Double(samples[index + 2]) - middle) * spread
      samples[index] = clamped(y + 1.402 * r)
      samples[index + 1] = clamped(y - 0.344136 * b - 0.714136 * r)
      samples[index + 2] = clamped(y + 1.772 * b)
    }
  }

  /// Pixels in pairs, two luminances and the differences that they share, to three samples each.
  static func spreadPairs(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, width: Int
  ) {
    let pairs = min(input.count / (4 * width), output.count / (6 * width))
    guard let from = input.baseAddress, let to = output.baseAddress else { return }
    for pair in 0..<pairs {
      let (source, target) = (from + pair * 4 * width, to + pair * 6 * width)
      for (place, sample) in [0, 2, 3, 1, 2, 3].enumerated() {
        (target + place * width).copyMemory(from: source + sample * width, byteCount: width)
      }
    }
  }
}
