import Foundation
import MedImage
import MedVoxel

extension Deepmed.Image.Source {
  /// The input as a whole slide, where it is one and neither a level nor a page of it is asked for.
  func slide() throws(ImageError) -> Slide? {
    guard level == nil, page == nil, Slide.recognizes(url) else { return nil }
    return try Slide(contentsOf: url)
  }
}

/// What is shown of a whole slide; its fields are those of `--json`.
struct SlideSummary: Encodable {
  var path: String
  var levels: [Slide.Level]
  var associatedImages: [String]
  var properties: [String: String]

  init(path: String, _ slide: Slide) {
    self.path = path
    (levels, associatedImages, properties) = (slide.levels, slide.associatedImages, slide.properties)
  }

  var text: String {
    let vendor = properties["openslide.vendor"] ?? "slide"
    var rows: [(name: String, text: String)] = [("file", path), ("format", "whole slide (\(vendor))")]
    for (number, level) in levels.enumerated() {
      let microns = level.micronsPerPixel.map { ", \(rounded($0.x))×\(rounded($0.y)) µm a pixel" } ?? ""
      rows.append(
        ("level \(number)", "\(level.width)×\(level.height), 1:\(rounded(level.downsample))\(microns)"))
    }
    if let power = properties["openslide.objective-power"] { rows.append(("objective", power + "×")) }
    if !associatedImages.isEmpty { rows.append(("pictures", associatedImages.joined(separator: ", "))) }
    if levels[0].micronsPerPixel == nil {
      rows.append(("note", "the file does not say how large a pixel is"))
    }
    return ImageSummary.table(rows)
  }
}
