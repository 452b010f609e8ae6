import FuzzDriver
import MedImage

/// Any bytes as the header of an AFNI pair: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    let partner = (name: "x.BRIK", content: [UInt8](repeating: 7, count: 1 << 12))
    fuzzImages(named: "x.HEAD", partner: partner) { source in
      try AFNI.open(source, options: ReadOptions())
    }
  }
}
