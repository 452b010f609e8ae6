import Foundation
import FuzzDriver
import MedImage

/// Any bytes as a PNG: refused, or decoded.
@main struct Main {
  static func main() {
    fuzz { bytes in _ = try? PNG.decode(Data(bytes)) }
  }
}
