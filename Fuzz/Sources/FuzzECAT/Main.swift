import FuzzDriver
import MedImage

/// Any bytes as an ECAT file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.v") { source in
      try ECAT.open(source, options: ReadOptions())
    }
  }
}
