import FuzzDriver
import MedImage

/// Any bytes as a slide: refused, or its levels and a region of each are read.
@main struct Main {
  static func main() {
    fuzz { bytes in
      guard let source = try? FileSource(memory: bytes, name: "x.tif"), let slide = try? Slide(source) else {
        return
      }
      for level in slide.levels.indices.prefix(4) {
        _ = try? slide.region(x: -3, y: 5, width: 40, height: 40, level: level)
      }
      for name in slide.associatedImages.prefix(4) { _ = try? slide.associatedImage(name) }
    }
  }
}
