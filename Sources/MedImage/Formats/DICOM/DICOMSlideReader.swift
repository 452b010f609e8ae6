import Foundation
import MedVoxel
import Synchronization

/// Whole-slide images in DICOM: the files of one series are the levels and the pictures beside them.
///
/// Only the frames that a region touches are read and decoded.
struct DICOMSlideReader: SlideReader {
  /// One file.
  private final class Picture: Sendable {
    let instance: DICOMInstance
    let tiling: DICOMTiling
    // Where the frames lie is found when the first pixel is asked for.
    private let content = Mutex<DICOMPixelContent?>(nil)

    init(_ instance: DICOMInstance, _ tiling: DICOMTiling) {
      (self.instance, self.tiling) = (instance, tiling)
    }

    func decoder() throws(ImageError) -> DICOMDecoder {
      if let found = content.withLock({ $0 }) { return DICOMDecoder(content: found) }
      let found = try DICOMPixelContent(instance)
      content.withLock { $0 = found }
      return DICOMDecoder(content: found)
    }
  }

  private let levels: [Picture]
  private let others: [String: Picture]
  let properties: [String: String]

  /// - Parameter source: one of the slide's files; the others are looked for in its folder.
  /// - Throws: `ImageError` when it is no whole-slide image, or a damaged one.
  init(_ source: FileSource) throws(ImageError) {
    guard let own = try Self.picture(.opened(source), source) else {
      throw ImageError(
        "expected a whole-slide image, found another DICOM file", at: source.name,
        remedy: "read it as an image")
    }
    var files: [URL] = []
    if source.isOnDisk {
      let folder = source.url.deletingLastPathComponent()
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      files = names.sorted().filter { $0 != source.url.lastPathComponent }
        .map { folder.appendingPathComponent($0) }
    }
    let (list, series) = (files, own.instance.series)
    let found = Parallel.map(list.count) { index -> Picture? in
      guard let source = try? FileSource(list[index]), let head = try? source.prefix(256),
        DICOM.recognizes(head), let picture = try? Self.picture(.file(list[index]), source),
        picture.instance.series == series, picture.instance.identity != own.instance.identity
      else { return nil }
      return picture
    }
    let all = [own] + found.compactMap { $0 }
    // A file of another kind is asked for itself.
    let isVolume = { (picture: Picture) in picture.tiling.flavor == "VOLUME" || picture === own }
    levels = all.filter(isVolume).sorted { $0.tiling.width > $1.tiling.width }
    others = Dictionary(
      all.filter { !isVolume($0) }.map { (Self.names[$0.tiling.flavor] ?? $0.tiling.flavor.lowercased(), $0) }
    ) { first, _ in first }
    properties = Self.properties(levels)
  }

  private static let names = ["LABEL": "label", "OVERVIEW": "macro", "THUMBNAIL": "thumbnail"]

  private static func picture(_ place: DICOMPlace, _ source: FileSource) throws(ImageError) -> Picture? {
    let file = try DICOMFile(source)
    guard file.pixels != nil, file.data.text(0x0008_0016) == DICOMTiling.storageClass else { return nil }
    let instance = try DICOMInstance(place, source)
    guard let tiling = try DICOMTiling(file, instance.format, at: source.name) else { return nil }
    return Picture(instance, tiling)
  }

  private static func properties(_ levels: [Picture]) -> [String: String] {
    var found = ["openslide.vendor": "dicom"]
    guard let finest = levels.first else { return found }
    for fact in finest.instance.facts { found["dicom." + fact.name] = fact.value }
    if let spacing = finest.tiling.spacing {
      found["openslide.mpp-x"] = "\(spacing.x * 1000)"
      found["openslide.mpp-y"] = "\(spacing.y * 1000)"
    }
    return found
  }

  var sizes: [(width: Int, height: Int)] { levels.map { ($0.tiling.width, $0.tiling.height) } }

  var micronsPerPixel: SIMD2<Double>? {
    levels.first.flatMap { level in level.tiling.spacing.map { [$0.x * 1000, $0.y * 1000] } }
  }

  var associated: [String] { others.keys.sorted() }

  func header(_ level: Int) throws(ImageError) -> ImageHeader { header(levels[level], "\(level)") }

  private func header(_ picture: Picture, _ level: String?) -> ImageHeader {
    let format = picture.instance.format
    let spacing = picture.tiling.spacing ?? (1, 1)
    var header = ImageHeader(
      format: "DICOM", shape: [picture.tiling.width, picture.tiling.height, 1],
      components: format.samples == 3 ? .rgb : .scalar, type: format.type,
      affine: RasterPixels.affine(spacing: [spacing.x, spacing.y, 1]), hasGeometry: false)
    header.facts = picture.instance.facts
    if let level { header.facts.append(.init("level", "\(level) of \(levels.count)")) }
    return header
  }

  func read(level: Int, _ box: PixelBox) throws(ImageError) -> StoredVoxels {
    try Self.read(levels[level], box)
  }

  func associatedImage(_ name: String) throws(ImageError) -> StoredImage {
    guard let picture = others[name] else { throw ImageError("the slide has no picture “\(name)”") }
    let box = PixelBox(width: picture.tiling.width, height: picture.tiling.height)
    return StoredImage(header: header(picture, nil), voxels: try Self.read(picture, box))
  }

  private static func read(_ picture: Picture, _ box: PixelBox) throws(ImageError) -> StoredVoxels {
    let (tiling, format) = (picture.tiling, picture.instance.format)
    let decoder = try picture.decoder()
    let across = box.x.lowerBound / tiling.columns...(box.x.upperBound - 1) / tiling.columns
    let down = box.y.lowerBound / tiling.rows...(box.y.upperBound - 1) / tiling.rows
    let width = format.type.byteCount
    let failures = LockedFailure()
    let voxels = StoredVoxels.filled(
      type: format.type, channels: format.samples, size: [box.x.count, box.y.count, 1]
    ) { target in
      // What has no tile was never scanned: white, or nothing where there are no colors.
      target.initializeMemory(as: UInt8.self, repeating: format.samples == 3 ? 255 : 0)
      guard let base = target.baseAddress else { return }
      // SAFETY: tiles lie apart.
      nonisolated(unsafe) let output = base
      Parallel.forEach(across.count * down.count) { index in
        let (j, i) = index.quotientAndRemainder(dividingBy: across.count)
        let (column, row) = (across.lowerBound + i, down.lowerBound + j)
        guard let frame = tiling.frames[row * tiling.across + column] else { return }
        do throws(ImageError) {
          let tile = try RawBytes(count: format.frameBytes, for: decoder.content.source.name)
          try decoder.decode(frame, into: tile.mutable)
          let (left, top) = (column * tiling.columns, row * tiling.rows)
          let x = max(left, box.x.lowerBound)..<min(left + tiling.columns, box.x.upperBound)
          let y = max(top, box.y.lowerBound)..<min(top + tiling.rows, box.y.upperBound)
          for line in y {
            let source = ((line - top) * tiling.columns + x.lowerBound - left) * format.samples * width
            let place = (line - box.y.lowerBound) * box.x.count + x.lowerBound - box.x.lowerBound
            guard let from = tile.bytes.baseAddress else { return }
            FileVoxels.deinterleave(
              from: from + source, elementBytes: width, components: format.samples, count: x.count,
              into: output + place * width, plane: box.pixels)
          }
        } catch {
          failures.note(error, at: frame)
        }
      }
    }
    try failures.check()
    return voxels
  }

  /// Whether a DICOM file is one that is better read as a slide.
  static func recognizes(_ source: FileSource) -> Bool {
    guard let head = try? source.prefix(1024), DICOM.recognizes(head) else { return false }
    return !head.places(of: Array(DICOMTiling.storageClass.utf8)).isEmpty
  }
}
