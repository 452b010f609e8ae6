import Foundation
import MedVoxel

/// What a slide's pixels come from.
protocol SlideReader: Sendable {
  /// Finest first.
  var sizes: [(width: Int, height: Int)] { get }
  var micronsPerPixel: SIMD2<Double>? { get }
  var properties: [String: String] { get }
  var associated: [String] { get }
  /// A level's header; its affine is that of a picture.
  func header(_ level: Int) throws(ImageError) -> ImageHeader
  /// - Precondition: the box lies inside of the level.
  func read(level: Int, _ box: PixelBox) throws(ImageError) -> StoredVoxels
  func associatedImage(_ name: String) throws(ImageError) -> StoredImage
}

/// Pyramids in TIFF.
struct PyramidReader: SlideReader {
  private let pyramid: TIFFPyramid
  private let headers: [ImageHeader]
  let properties: [String: String]

  init(_ source: FileSource) throws(ImageError) {
    guard Raster.Format.tiff.begins(try source.prefix(16)) else {
      throw ImageError(
        "the file is no whole slide of a known kind", at: source.name,
        remedy: "slides are pyramids in TIFF (SVS, OME-TIFF) or of a vendor whose files OpenSlide reads")
    }
    let file = try TIFFFile(source)
    pyramid = try TIFFPyramid(file, file.chain(from: file.first))
    var headers: [ImageHeader] = []
    for level in pyramid.levels.indices { headers.append(try pyramid.image(level: level).header) }
    self.headers = headers
    properties = Self.properties(pyramid)
  }

  var sizes: [(width: Int, height: Int)] { pyramid.levels.map { ($0.page.width, $0.page.height) } }
  var micronsPerPixel: SIMD2<Double>? { pyramid.micronsPerPixel }
  var associated: [String] { pyramid.others.keys.sorted() }

  func header(_ level: Int) throws(ImageError) -> ImageHeader { headers[level] }

  func read(level: Int, _ box: PixelBox) throws(ImageError) -> StoredVoxels {
    let (page, header) = (pyramid.levels[level], headers[level])
    let region = ImageRegion(
      box: GridBox(
        lower: [box.x.lowerBound, box.y.lowerBound, 0], upper: [box.x.upperBound, box.y.upperBound, 1]),
      channels: 0..<header.channels)
    return try TIFFPixels(pages: [page.page], numbers: [page.number]).stored(header, in: region)
  }

  func associatedImage(_ name: String) throws(ImageError) -> StoredImage {
    guard let level = pyramid.others[name] else { throw ImageError("the slide has no picture “\(name)”") }
    return try TIFF.image(
      TIFFSeries(page: level.page, number: level.number), level.page.file.bytes.source
    ).stored()
  }

  private static func properties(_ pyramid: TIFFPyramid) -> [String: String] {
    var found: [String: String] = [:]
    let isAperio = pyramid.description.hasPrefix("Aperio")
    found["openslide.vendor"] = isAperio ? "aperio" : "generic-tiff"
    found["tiff.ImageDescription"] = pyramid.description
    found["tiff.Software"] = (try? pyramid.levels[0].page.directory.text(305)) ?? nil
    if isAperio {
      for field in pyramid.description.split(separator: "|").dropFirst() {
        let parts = field.split(separator: "=", maxSplits: 1)
          .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        if parts.count == 2 { found["aperio." + parts[0]] = parts[1] }
      }
      found["openslide.objective-power"] = found["aperio.AppMag"]
    } else if let objective = XMLTags(pyramid.description, named: ["Objective"]).first {
      found["openslide.objective-power"] = objective.attributes["NominalMagnification"]
    }
    if let microns = pyramid.micronsPerPixel {
      found["openslide.mpp-x"] = "\(microns.x)"
      found["openslide.mpp-y"] = "\(microns.y)"
    }
    return found.filter { !$0.value.isEmpty }
  }
}
