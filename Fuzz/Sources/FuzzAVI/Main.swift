import FuzzDriver
import MedImage

/// Any bytes as a video: refused, or read to the last frame.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.avi") { source in try ImageFile.open(source) }
  }
}
