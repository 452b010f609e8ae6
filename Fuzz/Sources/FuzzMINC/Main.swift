import FuzzDriver
import MedImage

/// Any bytes as a MINC 1 file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.mnc") { source in try MINC.open(source, options: ReadOptions()) }
  }
}
