import FuzzDriver
import MedImage

/// Any bytes as a TIFF: stacks, tiles, every compression: refused, or read to the last pixel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.tif") { source in try ImageFile.open(source) }
  }
}
