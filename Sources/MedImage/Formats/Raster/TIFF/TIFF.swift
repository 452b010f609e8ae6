import Foundation
import MedVoxel

/// TIFF and BigTIFF: stacks, ImageJ's hyperstacks, OME-TIFF, and the levels of pyramids.
///
/// Values are as stored: numbers of 1 to 7 bits are not spread to 0…255, and where zero means white nothing is turned.
/// Source: TIFF 6.0; Adobe's supplements; the OME data model.
enum TIFF: WritableImageCodec {
  static let name = "TIFF"
  static let suffixes = Raster.Format.tiff.suffixes
  static let writtenSuffixes = suffixes
  // Spacing is kept, position and direction are not.
  static let holds: ImageContent = [.timeStep, .colors, .doubles]

  static func recognizes(_ head: [UInt8]) -> Bool { Raster.Format.tiff.begins(head) }

  /// Every type and number of slices, compressed by deflate without loss.
  static func write(_ image: StoredImage, to url: URL, options: WriteOptions) throws(ImageError) {
    let image = try image.unscaled(in: options.type, for: name, at: url.path)
    let writer = try TIFFWriter(
      image, isCompressed: true, level: options.compression, tile: options.tile)
    var file = try AtomicFile<ImageError>(replacing: url.path)
    try writer.write { bytes throws(ImageError) in try file.write(bytes) }
    try file.commit()
  }

  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let file = try TIFFFile(source)
    let directories = try file.chain(from: file.first)
    guard let head = directories.first else {
      throw ImageError("the TIFF has no pages", at: source.name)
    }
    if let level = options.level {
      return try TIFFPyramid(file, directories).image(level: level)
    }
    let description = try head.text(270) ?? ""
    if let number = options.page, description.hasPrefix("ImageJ=") == false || directories.count > 1 {
      guard directories.indices.contains(number) else {
        throw noPage(number, of: directories.count, at: source.name)
      }
      return try image(TIFFSeries(page: TIFFPage(directories[number]), number: number), source)
    }
    var pages: [TIFFPage] = []
    for (index, directory) in directories.enumerated() {
      do throws(ImageError) {
        pages.append(try TIFFPage(directory))
      } catch {
        // Odd pages behind good ones can still be asked for one by one.
        if index == 0 { throw error }
      }
    }
    var series = try TIFFSeries(pages, description: description)
    if pages.count < directories.count {
      series.notes.append("\(directories.count - pages.count) pages are of kinds that are not read")
      if series.pages.count > 1 { series = TIFFSeries(page: pages[0], number: 0) }
    }
    if let number = options.page {
      guard series.pages.indices.contains(number) else {
        throw noPage(number, of: series.pages.count, at: source.name)
      }
      series = TIFFSeries(page: series.pages[number], number: 0)
    }
    var open = try image(series, source)
    let pyramid = try? TIFFPyramid(file, directories)
    if let pyramid, pyramid.levels.count > 1 {
      open.header.notes.append(
        "the file is a pyramid of \(pyramid.levels.count) levels; this is the finest, others are read by level"
      )
    }
    if directories.count > 1 { open.header.facts.append(.init("pages", "\(directories.count)")) }
    return open
  }

  private static func noPage(_ number: Int, of count: Int, at name: String) -> ImageError {
    ImageError(
      "expected a page from 0 to \(count - 1), found \(number)", at: name, remedy: "choose another page",
      cause: .usage)
  }

  static func image(_ series: TIFFSeries, _ source: FileSource) throws(ImageError) -> OpenImage {
    let page = series.pages[0]
    let spacing = SIMD3(
      series.spacing.x > 0 ? series.spacing.x : 1, series.spacing.y > 0 ? series.spacing.y : 1,
      series.spacing.z > 0 ? series.spacing.z : 1)
    var shape = [page.width, page.height, series.slices]
    let isVector = page.components == .scalar && page.channels > 1
    if isVector { shape.append(page.channels) }
    if series.channels > 1 || (isVector && series.times > 1) { shape.append(series.channels) }
    if series.times > 1 { shape += (shape.count == 3 ? [1] : []) + [series.times] }
    // A time series without channels has time as its fourth axis, as other formats do.
    if series.times > 1, series.channels == 1, !isVector {
      shape = [page.width, page.height, series.slices, series.times]
    }
    guard shape.reduce(1.0, { $0 * Double($1) }) < Double(1 << 48) else {
      throw ImageError("the file claims \(shape) pixels", at: source.name)
    }
    var header = ImageHeader(
      format: "TIFF", shape: shape, components: page.components, type: page.type,
      affine: RasterPixels.affine(spacing: spacing), hasGeometry: false)
    header.timeStep = series.timeStep
    header.facts = [
      .init("compression", TIFFCompression.name(page.compression)), .init("bits", "\(page.bits)"),
      .init("samples", "\(page.samples)"),
    ]
    if page.isTiled { header.facts.append(.init("tiles", "\(page.segmentWidth)×\(page.segmentHeight)")) }
    if !series.axes.isEmpty { header.facts.append(.init("axes", "XY\(series.axes)")) }
    header.notes = series.notes
    if page.isPalette { header.notes.append("the palette's colors are read, not its numbers") }
    if page.photometric == 0 { header.notes.append("zero means white; the values are as stored") }
    if page.photometric == 5 { header.notes.append("the channels are inks (CMYK), not light") }
    if page.orientation > 1 {
      header.notes.append(
        "viewers turn this picture (orientation \(page.orientation)); it is read as stored")
    }
    return OpenImage(
      header: header, voxels: TIFFPixels(pages: series.pages, numbers: series.numbers), location: source.name)
  }
}
