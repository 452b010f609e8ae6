import FuzzDriver
import MedImage

/// Any bytes as a picture of any kind: refused, or read to the last pixel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.png") { source in try Raster.open(source, options: ReadOptions()) }
  }
}
