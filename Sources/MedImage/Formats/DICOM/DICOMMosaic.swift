import MedVoxel

/// The slices of a volume as tiles of one image, as Siemens scanners store echo-planar series.
///
/// Tiles lie row by row. The image's position is that of the mosaic's corner, computed as if the mosaic were one
/// large slice around the same center; the first tile's is found from it.
struct DICOMMosaic: Hashable, Sendable {
  /// How many slices there are; the last tiles may be empty.
  var count: Int
  /// From the first slice to the last, in RAS+; nil where the file doesn't say.
  var normal: SIMD3<Double>?

  /// Tiles along each side of the mosaic.
  var side: Int { Int(Double(count).squareRoot().rounded(.up)) }

  /// - Returns: nil for what is no mosaic, or one that doesn't say how many slices it has.
  init?(_ data: DICOMElements) {
    guard data.texts(0x0008_0008).contains("MOSAIC") else { return nil }
    let block = data.privateBlock(0x0029, "SIEMENS CSA HEADER")
    let header = block.map { SiemensHeader(Array(data.value($0 | 0x10))) }
    let own = data.privateBlock(0x0019, "SIEMENS MR HEADER")
    let number =
      own.flatMap { data.integer($0 | 0x0a, kind: .short) }
      ?? header?.numbers("NumberOfImagesInMosaic").first.flatMap { Int(exactly: $0) }
    guard let number, (1...65536).contains(number) else { return nil }
    count = number
    let vector = header?.numbers("SliceNormalVector") ?? []
    normal = vector.count == 3 ? [-vector[0], -vector[1], vector[2]] : nil
  }

  /// The elements of a tile, row by row.
  func tile(
    _ index: Int, of bytes: UnsafeRawBufferPointer, columns: Int, elementBytes: Int
  ) -> [UInt8] {
    let rows = bytes.count / (columns * elementBytes)
    let (width, height) = (columns / side, rows / side)
    let (down, across) = index.quotientAndRemainder(dividingBy: side)
    var tile: [UInt8] = []
    tile.reserveCapacity(width * height * elementBytes)
    for row in 0..<height {
      let start = ((down * height + row) * columns + across * width) * elementBytes
      tile.append(contentsOf: bytes[start..<start + width * elementBytes])
    }
    return tile
  }
}

extension DICOMElements {
  /// The tag of a creator's private block, without its last byte: 0x0029_1000.
  func privateBlock(_ group: UInt32, _ creator: String) -> UInt32? {
    let found = elements.first { element in
      element.tag >> 16 == group && (0x10...0xff).contains(element.tag & 0xffff)
        && text(element.tag) == creator
    }
    return found.map { group << 16 | ($0.tag & 0xff) << 8 }
  }
}

/// Siemens' header of named values inside a private element (CSA). Facts from nibabel's description of it.
struct SiemensHeader {
  private var values: [String: [String]] = [:]

  init(_ bytes: [UInt8]) {
    let reader = ByteReader(bytes: bytes, isBigEndian: false)
    func long(_ offset: Int) -> Int { Int(reader.integer(offset, as: Int32.self)) }
    let isSecond = bytes.starts(with: "SV10".utf8)
    var position = isSecond ? 8 : 0
    guard bytes.count >= position + 8 else { return }
    let count = long(position)
    position += 8
    guard (1...1024).contains(count) else { return }
    var firstItems = 0
    for index in 0..<count {
      guard position + 84 <= bytes.count else { return }
      let name = reader.text(position..<position + 64)
      let items = long(position + 76)
      position += 84
      guard (0...4096).contains(items) else { return }
      if index == 0 { firstItems = items }
      var texts: [String] = []
      for _ in 0..<items {
        guard position + 16 <= bytes.count else { return }
        // The first version adds the number of the first value's items to each length.
        let length = isSecond ? long(position + 4) : long(position) - firstItems
        position += 16
        guard length >= 0, length <= bytes.count - position else { return }
        let text = reader.text(position..<position + length)
        if !text.isEmpty { texts.append(text) }
        position += (length + 3) / 4 * 4
      }
      values[name] = texts
    }
  }

  func numbers(_ name: String) -> [Double] {
    (values[name] ?? []).compactMap { text in Double(String(text.filter { $0 != " " })) }
  }
}

extension DICOMSeries {
  /// How all images of the series are taken apart; nil where they are no mosaics.
  func mosaic() throws(ImageError) -> DICOMMosaic? {
    let mosaics = instances.map(\.mosaic)
    guard let first = mosaics.first ?? nil else { return nil }
    guard mosaics.allSatisfy({ $0?.count == first.count }), let format = instances.first?.format else {
      throw ImageError(
        "the series' mosaics hold different numbers of slices", at: instances.first?.place.name,
        remedy: "read the mosaics as they are")
    }
    guard format.columns % first.side == 0, format.rows % first.side == 0, frames.count == instances.count
    else {
      throw ImageError(
        "a mosaic of \(format.columns)×\(format.rows) pixels can't hold \(first.side)×\(first.side) tiles",
        at: instances.first?.place.name, remedy: "read the mosaics as they are")
    }
    return first
  }

  /// Mosaics taken apart: each is a volume.
  func tiles(
    _ slices: [DICOMSlice], _ mosaic: DICOMMosaic, at name: String
  ) throws(ImageError) -> Layout {
    guard let format = instances.first?.format, let first = slices.first?.place,
      let corner = first.position, let directions = first.directions, let spacing = first.spacing,
      let across = first.normal
    else {
      throw ImageError("the mosaic has no position, orientation or spacing", at: name)
    }
    var notes = self.notes
    let normal = mosaic.normal.map { $0 / length($0) } ?? across
    if mosaic.normal == nil {
      notes.append("the mosaic doesn't say which way its slices run: right-handed axes are assumed")
    }
    let (i, j) = (directions.i * spacing.i, directions.j * spacing.j)
    let left = Double(format.columns - format.columns / mosaic.side) / 2
    let above = Double(format.rows - format.rows / mosaic.side) / 2
    let affine = Affine(
      i: i, j: j, k: normal * (first.distance > 0 ? first.distance : 1),
      origin: corner + i * left + j * above)
    guard !affine.isSingular else {
      throw ImageError("the mosaic gives no usable geometry: \(affine.rows.prefix(3))", at: name)
    }
    return Layout(
      volumes: slices.map { [$0] }, affine: affine, hasGeometry: true, notes: notes,
      channels: DICOMChannels([slices]), mosaic: mosaic)
  }
}
