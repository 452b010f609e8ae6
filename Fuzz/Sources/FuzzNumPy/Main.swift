import FuzzDriver
import MedImage

/// Any bytes as an NPY file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.npy") { source in try NumPy.open(source, options: ReadOptions()) }
  }
}
