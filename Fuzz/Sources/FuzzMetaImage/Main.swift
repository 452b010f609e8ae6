import FuzzDriver
import MedImage

/// Any bytes as a MetaImage file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.mha") { source in try MetaImage.open(source, options: ReadOptions()) }
  }
}
