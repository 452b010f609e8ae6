import FuzzDriver
import MedImage

/// Any bytes as an NRRD file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.nrrd") { source in try NRRD.open(source, options: ReadOptions()) }
  }
}
