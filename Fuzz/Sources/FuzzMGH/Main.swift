import FuzzDriver
import MedImage

/// Any bytes as an MGH file, compressed or not: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.mgz") { source in try MGH.open(source, options: ReadOptions()) }
  }
}
