/// A picture: rows of RGBA pixels from the top left, 8 bits a component, sRGB, alpha not premultiplied.
public struct Bitmap: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// `4 · width · height` bytes.
  public private(set) var pixels: [UInt8]

  public struct Color: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
    public var alpha: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ alpha: UInt8 = 255) {
      (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
    }

    public static let black = Color(0, 0, 0)

    /// `other` laid over this color with the given opacity.
    public func mixed(with other: Color, opacity: Double) -> Color {
      func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
        UInt8(saturating: Double(a) + (Double(b) - Double(a)) * opacity)
      }
      return Color(mix(red, other.red), mix(green, other.green), mix(blue, other.blue), alpha)
    }
  }

  /// - Precondition: no size is negative.
  public init(width: Int, height: Int, color: Color = .black) {
    precondition(width >= 0 && height >= 0, "negative size")
    (self.width, self.height) = (width, height)
    pixels = []
    pixels.reserveCapacity(4 * width * height)
    for _ in 0..<width * height { pixels += [color.red, color.green, color.blue, color.alpha] }
  }

  /// - Precondition: `pixels.count == 4 * width * height`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == 4 * width * height, "the pixels don't fill the picture")
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  public subscript(x: Int, y: Int) -> Color {
    get {
      let at = offset(x, y)
      return Color(pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3])
    }
    set {
      let at = offset(x, y)
      (pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]) = (
        newValue.red, newValue.green, newValue.blue, newValue.alpha
      )
    }
  }

  private func offset(_ x: Int, _ y: Int) -> Int {
    precondition(x >= 0 && x < width && y >= 0 && y < height, "pixel out of range")
    return 4 * (x + width * y)
  }

  /// Copies another picture's pixels; what lies outside this one is left out.
  public mutating func draw(_ other: Bitmap, x: Int, y: Int) {
    for row in max(0, -y)..<max(max(0, -y), min(other.height, height - y)) {
      for column in max(0, -x)..<max(max(0, -x), min(other.width, width - x)) {
        self[x + column, y + row] = other[column, row]
      }
    }
  }

  /// Made smaller or larger by averaging the covered pixels (or repeating them).
  public func scaled(width newWidth: Int, height newHeight: Int) -> Bitmap {
    var result = Bitmap(width: max(newWidth, 0), height: max(newHeight, 0))
    guard width > 0, height > 0 else { return result }
    for y in 0..<result.height {
      let rows = y * height / newHeight..<max(y * height / newHeight + 1, (y + 1) * height / newHeight)
      for x in 0..<result.width {
        let columns = x * width / newWidth..<max(x * width / newWidth + 1, (x + 1) * width / newWidth)
        var sums = SIMD4<Int>.zero
        for row in rows {
          for column in columns {
            let color = self[column, row]
            sums &+= SIMD4(Int(color.red), Int(color.green), Int(color.blue), Int(color.alpha))
          }
        }
        let count = rows.count * columns.count
        let mean = (sums &+ SIMD4(repeating: count / 2)) / SIMD4(repeating: count)
        result[x, y] = Color(UInt8(mean.x), UInt8(mean.y), UInt8(mean.z), UInt8(mean.w))
      }
    }
    return result
  }
}

extension UInt8 {
  fileprivate init(saturating value: Double) { self = UInt8(Swift.min(255, Swift.max(0, value.rounded()))) }
}
