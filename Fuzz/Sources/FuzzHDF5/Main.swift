import FuzzDriver
import MedImage

/// Any bytes as an HDF5 file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.h5") { source in
      // Where there are several arrays, one is chosen.
      if let image = try? HDF5.open(source, options: ReadOptions()) { return image }
      return try HDF5.open(source, options: ReadOptions(variable: "b"))
    }
  }
}
