import Foundation
import MedVoxel

/// The levels of a pyramid, finest first, and the pictures beside it.
///
/// Levels are pages that are smaller versions of the first, marked as such or tiled like it (Aperio), or the first
/// one's sub-pages (OME-TIFF). Other pages are pictures of the label, of the whole slide, or a thumbnail.
struct TIFFPyramid: Sendable {
  struct Level: Sendable {
    var page: TIFFPage
    var number: Int
  }

  let levels: [Level]
  /// By name: "label", "macro", "thumbnail", or "page 3".
  let others: [String: Level]
  let description: String

  init(_ file: TIFFFile, _ directories: [TIFFDirectory]) throws(ImageError) {
    guard let head = directories.first else {
      throw ImageError("the TIFF has no pages", at: file.name)
    }
    let first = try TIFFPage(head)
    description = try head.text(270) ?? ""
    var levels = [Level(page: first, number: 0)]
    var others: [String: Level] = [:]
    for (number, directory) in directories.enumerated().dropFirst() {
      guard let page = try? TIFFPage(directory) else { continue }
      let level = Level(page: page, number: number)
      if Self.isLevel(page, of: first) {
        levels.append(level)
      } else if page.samples == first.samples || page.samples == 3 {
        let text = ((try? directory.text(270)) ?? "") ?? ""
        let name = Self.name(text, page, number: number, isAperio: description.hasPrefix("Aperio"))
        others[others[name] == nil ? name : "page \(number)"] = level
      }
    }
    let subpages = try head.integers(330).prefix(64)
    if levels.count == 1, !subpages.isEmpty {
      for offset in subpages {
        guard let directory = try? file.directory(at: offset), let page = try? TIFFPage(directory),
          Self.isSmaller(page, than: first)
        else { continue }
        levels.append(Level(page: page, number: -1))
      }
    }
    levels.sort { $0.page.width > $1.page.width }
    self.levels = levels
    self.others = others
  }

  private static func isSmaller(_ page: TIFFPage, than first: TIFFPage) -> Bool {
    guard page.width < first.width || page.height < first.height, page.samples == first.samples,
      page.type == first.type
    else { return false }
    // The same picture: its sides keep their ratio, but for rounding (a pixel a halving or the padding to tiles).
    let (x, y) = (Double(first.width) / Double(page.width), Double(first.height) / Double(page.height))
    return x > 1 && y > 1
      && abs(x - y) <= 0.02 * max(x, y) + max(x / Double(page.width), y / Double(page.height))
  }

  private static func isLevel(_ page: TIFFPage, of first: TIFFPage) -> Bool {
    isSmaller(page, than: first) && page.subfileType & 4 == 0
      && (page.isTiled ? first.isTiled : page.subfileType & 1 == 1 && !first.isTiled)
  }

  private static func name(_ text: String, _ page: TIFFPage, number: Int, isAperio: Bool) -> String {
    let lines = text.lowercased()
    for name in ["label", "macro", "thumbnail"] where lines.contains(name) { return name }
    if isAperio { return number == 1 ? "thumbnail" : page.subfileType == 9 ? "macro" : "label" }
    return "page \(number)"
  }

  /// - Throws: `ImageError` where there is no such level.
  func level(_ number: Int) throws(ImageError) -> Level {
    guard levels.indices.contains(number) else {
      throw ImageError(
        "expected a level from 0 to \(levels.count - 1), found \(number)", at: levels[0].page.file.name,
        remedy: "`deepmed image info` lists the levels", cause: .usage)
    }
    return levels[number]
  }

  func image(level number: Int) throws(ImageError) -> OpenImage {
    let level = try level(number)
    var series = TIFFSeries(page: level.page, number: level.number)
    let finest = levels[0].page
    let base = micronsPerPixel.map { $0 / 1000 } ?? SIMD2(finest.spacing.x, finest.spacing.y)
    // A level's pixel is as many times larger as the level is narrower.
    series.spacing = [
      base.x * Double(finest.width) / Double(level.page.width),
      base.y * Double(finest.height) / Double(level.page.height), 0,
    ]
    var open = try TIFF.image(series, level.page.file.bytes.source)
    open.header.facts.append(.init("level", "\(number) of \(levels.count)"))
    return open
  }

  /// Of the finest level, from Aperio's or OME's description, or the resolution.
  var micronsPerPixel: SIMD2<Double>? {
    if description.hasPrefix("Aperio") {
      for field in description.split(separator: "|") {
        let parts = field.split(separator: "=", maxSplits: 1).map {
          $0.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if parts.count == 2, parts[0] == "MPP", let mpp = Double(parts[1]), mpp > 0, mpp < 1e6 {
          return [mpp, mpp]
        }
      }
    }
    if description.contains("<OME"), let pixels = XMLTags(description, named: ["Pixels"]).first {
      func microns(_ axis: String) -> Double? {
        let unit = TIFFSeries.millimeters(pixels.attributes["PhysicalSize\(axis)Unit"] ?? "µm") ?? 0
        return pixels.attributes["PhysicalSize\(axis)"].flatMap(Double.init).map { $0 * unit * 1000 }
      }
      if let x = microns("X"), let y = microns("Y"), x > 0, y > 0, x < 1e6, y < 1e6 { return [x, y] }
    }
    let spacing = levels[0].page.spacing
    return spacing.x > 0 ? SIMD2(spacing.x, spacing.y) * 1000 : nil
  }
}
