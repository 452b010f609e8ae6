import FuzzDriver
import MedImage

/// Any bytes as an NPZ file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.npz") { source in
      // Where there are several arrays, one is chosen.
      if let image = try? NPZ.open(source, options: ReadOptions()) { return image }
      return try NPZ.open(source, options: ReadOptions(variable: "affine"))
    }
  }
}
