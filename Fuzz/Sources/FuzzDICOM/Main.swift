import FuzzDriver
import MedImage

/// Any bytes as a DICOM file: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.dcm") { source in try DICOM.open(source, options: ReadOptions()) }
  }
}
