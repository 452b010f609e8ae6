import FuzzDriver
import MedImage

/// Any bytes as the text of a PAR/REC pair: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    let partner = (name: "x.REC", content: [UInt8](repeating: 7, count: 1 << 12))
    fuzzImages(named: "x.PAR", partner: partner) { source in
      try PARREC.open(source, options: ReadOptions())
    }
  }
}
