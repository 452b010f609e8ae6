import MedVoxel

/// How a whole-slide file's frames make a picture. Source: the DICOM standard, PS3.3, C.8.12.4 and C.7.6.17.3.
struct DICOMTiling: Sendable {
  static let storageClass = "1.2.840.10008.5.1.4.1.1.77.1.6"

  /// Of the whole picture, in pixels.
  var width: Int
  var height: Int
  /// Of a tile.
  var columns: Int
  var rows: Int
  /// Millimeters between columns and between rows.
  var spacing: (x: Double, y: Double)?
  /// What the picture shows: "VOLUME", "LABEL", "OVERVIEW", "THUMBNAIL".
  var flavor: String
  /// The frame of each tile, row by row; nil where the file has none.
  private(set) var frames: [Int?]

  var across: Int { (width + columns - 1) / columns }

  /// - Returns: nil for what is no whole-slide image.
  /// - Throws: `ImageError` when the picture can't be put together.
  init?(_ file: DICOMFile, _ format: DICOMFormat, at name: String) throws(ImageError) {
    let data = file.data
    guard data.text(0x0008_0016) == Self.storageClass else { return nil }
    (columns, rows) = (format.columns, format.rows)
    width = data.integer(0x0048_0006, kind: .long) ?? columns
    height = data.integer(0x0048_0007, kind: .long) ?? rows
    let measures = data.item(0x5200_9229)?.item(0x0028_9110)?.numbers(0x0028_0030, 2) ?? []
    spacing =
      measures.count == 2 && measures[0] > 0 && measures[1] > 0 ? (measures[1], measures[0]) : nil
    let words = data.texts(0x0008_0008)
    flavor = words.count > 2 ? words[2] : "VOLUME"
    frames = []
    guard width > 0, height > 0 else {
      throw ImageError("the slide's picture has \(width)×\(height) pixels", at: name)
    }
    let down = (height + rows - 1) / rows
    let (count, overflow) = across.multipliedReportingOverflow(by: down)
    // A tile that isn't in the file takes no room there, but many are no slide.
    guard !overflow, count <= 1 << 26,
      count <= max(1 << 16, format.frameCount.multipliedReportingOverflow(by: 4096).partialValue)
    else {
      throw ImageError(
        "the header claims \(width)×\(height) pixels, which \(format.frameCount) tiles of \(columns)×\(rows) "
          + "don't make", at: name)
    }
    frames = [Int?](repeating: nil, count: count)
    let places = data.items(0x5200_9230, limit: format.frameCount)
    let isFull = data.text(0x0020_9311) == "TILED_FULL" || places.allSatisfy { !$0.has(0x0048_021a) }
    if isFull {
      // The first focal plane and optical path come first.
      guard format.frameCount >= count else {
        throw ImageError(
          "expected \(count) tiles for \(width)×\(height) pixels, found \(format.frameCount)", at: name,
          remedy: "get the file again from its source")
      }
      for index in 0..<count { frames[index] = index }
    } else {
      place(places)
    }
  }

  /// Tiles that say where they lie. Of several focal planes and optical paths the first that is met counts.
  private mutating func place(_ places: [DICOMElements]) {
    var path: String?
    var depth: Double?
    for (frame, groups) in places.enumerated() {
      guard let slide = groups.item(0x0048_021a),
        let column = slide.integer(0x0048_021e, kind: .signedLong),
        let row = slide.integer(0x0048_021f, kind: .signedLong)
      else { continue }
      let ownPath = groups.item(0x0048_0207)?.text(0x0048_0106)
      let ownDepth = slide.number(0x0040_074a)
      (path, depth) = (path ?? ownPath, depth ?? ownDepth)
      guard ownPath == path, ownDepth == depth, column > 0, row > 0, (column - 1) % columns == 0,
        (row - 1) % rows == 0, column <= width, row <= height
      else { continue }
      let index = (row - 1) / rows * across + (column - 1) / columns
      if frames[index] == nil { frames[index] = frame }
    }
  }
}
