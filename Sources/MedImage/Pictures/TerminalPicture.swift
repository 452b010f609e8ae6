/// Pictures in a terminal: each character cell shows two pixels, one above the other, as the upper half block "▀"
/// in 24-bit colors.
public enum TerminalPicture {
  /// - Parameter columns: the width in characters at most.
  /// - Returns: lines that end in a color reset.
  public static func text(_ bitmap: Bitmap, columns: Int) -> String {
    guard bitmap.width > 0, bitmap.height > 0, columns > 0 else { return "" }
    let width = min(columns, bitmap.width)
    // Cells are about twice as high as wide, so that half a cell is a square pixel.
    let height = max(2, bitmap.height * width / bitmap.width)
    let small = bitmap.scaled(width: width, height: height + height % 2)
    var lines: [String] = []
    for y in stride(from: 0, to: small.height, by: 2) {
      var line = ""
      for x in 0..<small.width {
        let (top, bottom) = (small[x, y], small[x, y + 1])
        line +=
          "\u{1b}[38;2;\(top.red);\(top.green);\(top.blue);48;2;\(bottom.red);\(bottom.green);\(bottom.blue)m▀"
      }
      lines.append(line + "\u{1b}[0m")
    }
    return lines.joined(separator: "\n")
  }
}
