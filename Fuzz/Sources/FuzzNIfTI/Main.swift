import FuzzDriver
import MedImage

/// Any bytes as a NIfTI file, compressed or not: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.nii") { source in try NIfTI.open(source, options: ReadOptions()) }
  }
}
