/// Colors for classes: well apart for the first ones, then by the golden angle around the color wheel.
public enum LabelColors {
  private static let first: [Bitmap.Color] = [
    .init(230, 75, 60), .init(60, 160, 235), .init(70, 190, 90), .init(245, 190, 50), .init(165, 95, 200),
    .init(240, 130, 45), .init(60, 200, 200), .init(235, 110, 170), .init(150, 190, 50), .init(150, 110, 80),
  ]

  /// - Parameter label: 1 or more; 0, the background, has none.
  public static func color(of label: UInt16) -> Bitmap.Color {
    guard label > 0 else { return Bitmap.Color(0, 0, 0, 0) }
    let index = Int(label) - 1
    if index < first.count { return first[index] }
    let hue = (Double(index) * 137.508).truncatingRemainder(dividingBy: 360) / 60
    let x = 1 - abs(hue.truncatingRemainder(dividingBy: 2) - 1)
    let (r, g, b): (Double, Double, Double) =
      switch Int(hue) {
      case 0: (1, x, 0)
      case 1: (x, 1, 0)
      case 2: (0, 1, x)
      case 3: (0, x, 1)
      case 4: (x, 0, 1)
      default: (1, 0, x)
      }
    func byte(_ value: Double) -> UInt8 { UInt8(60 + 180 * value) }
    return Bitmap.Color(byte(r), byte(g), byte(b))
  }
}
