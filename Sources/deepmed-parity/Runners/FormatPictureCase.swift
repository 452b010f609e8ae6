import DeepMedicine
import Foundation
import MedCheckpoint
import MedImage
import MedVoxel

/// Compares a picture with what a format case says of it: rows, columns, samples of a pixel.
struct FormatPictureCase {
  private let fields: JSONObject
  private let header: JSONValue?
  private var tolerance: Tolerance { fields["tolerance"].map(Tolerance.init) ?? .exact }

  init(_ test: Case) {
    fields = test.fields
    header = test.fields["header"]
  }

  /// - Throws: `Mismatch` with all that differs, `Unsupported` for what differs on principle.
  func check(_ url: URL) throws {
    if header?["frames"]?.int ?? 1 > 1, fields["class"]?.string == "PNG" {
      // The standard calls a PNG's picture the one that is shown where animations are not known; its chunks of other
      // frames (APNG) are not read.
      try compare(picture(url, page: 0))
      return
    }
    let pages = header?["pages"]?.int ?? header?["frames"]?.int ?? 1
    try compare(picture(url, page: pages > 1 || isTIFF ? 0 : nil))
    guard let crcs = fields["frame_crc"]?.array?.compactMap(\.int) else { return }
    var wrong: [Int] = []
    for (page, crc) in crcs.enumerated() {
      let picture = try picture(url, page: page)
      // Pillow's frames are composed and have an opacity.
      let found = isTIFF ? picture.checksum : picture.withOpacity.checksum
      if Int(found) != crc { wrong.append(page) }
    }
    guard wrong.isEmpty else { throw Mismatch("the checksums of the frames \(wrong) differ") }
  }

  private var isTIFF: Bool { fields["class"]?.string == "TIFF" }

  private func picture(_ url: URL, page: Int?) throws -> Picture {
    let stored = try ImageFile.open(url, options: ReadOptions(page: page)).stored()
    var picture = Picture(stored)
    let bits = header?["bits"]?.int
    let type = fields["dtype"]?.string
    if type == "uint8", picture.type == .uint16 {
      // The reference keeps the upper half of 16 bits; all of them are read here.
      picture = picture.mapped(to: .uint8) { $0 >> 8 }
    } else if fields["class"]?.string == "JPEG-2000", let bits, type == "uint16", bits < 16 {
      // The reference shifts samples to fill 16 bits; they are read as stored.
      picture = picture.mapped(to: .uint16) { $0 << (16 - bits) }
    } else if type == "bool", !isTIFF {
      // Bits are truth to the reference, and black and white here, as viewers show them.
      picture = picture.mapped(to: .uint8) { $0 == 0 ? 0 : 1 }
    }
    return picture
  }

  private func compare(_ picture: Picture) throws {
    let shape = (fields["shape"]?.array ?? []).compactMap(\.int)
    if let colors = fields["samples_rgba"]?.array {
      // Values are a palette's numbers to the reference; here they are its colors.
      guard shape.prefix(2).elementsEqual([picture.height, picture.width]) else {
        throw Mismatch("expected \(shape), found \(picture.height)×\(picture.width)")
      }
      try compareColors(picture.withOpacity, colors)
      return
    }
    var failures: [String] = []
    let found = [picture.height, picture.width] + (picture.channels > 1 ? [picture.channels] : [])
    guard found == shape else { throw Mismatch("expected shape \(shape), found \(found)") }
    if let type = fields["dtype"]?.string, type != picture.type.rawValue, type != "bool" {
      throw Mismatch("expected \(type) values, found \(picture.type.rawValue)")
    }
    if let crc = fields["crc"]?.int, crc != Int(picture.checksum) {
      failures.append("the checksum of the stored values differs")
    }
    failures += statisticsDifferences(picture)
    for sample in fields["samples"]?.array ?? [] {
      let index = (sample["index"]?.array ?? []).compactMap(\.int)
      guard index.count >= 2 else { continue }
      let wanted = sample["value"]?.array?.compactMap(\.double) ?? [sample["value"]?.double].compactMap { $0 }
      for (channel, value) in wanted.enumerated() {
        let found = picture.value(index[0], index[1], index.count > 2 ? index[2] : channel)
        if !tolerance.accepts(found, value) {
          failures.append("pixel \(index): expected \(value), found \(found)")
        }
      }
    }
    guard failures.isEmpty else { throw Mismatch(failures.prefix(4).joined(separator: "; ")) }
  }

  private func compareColors(_ picture: Picture, _ colors: [JSONValue]) throws {
    for (sample, color) in zip(fields["samples"]?.array ?? [], colors) {
      let index = (sample["index"]?.array ?? []).compactMap(\.int)
      let wanted = (color.array ?? []).compactMap(\.double)
      guard index.count == 2, wanted.count == 4 else { continue }
      let found = (0..<4).map { picture.value(index[0], index[1], $0) }
      // What is transparent has no color.
      guard found == wanted || (found[3] == 0 && wanted[3] == 0) else {
        throw Mismatch("pixel \(index): expected \(wanted), found \(found)")
      }
    }
  }

  private func statisticsDifferences(_ picture: Picture) -> [String] {
    let values = picture.values
    guard let low = values.min(), let high = values.max() else { return ["the picture has no pixels"] }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    let found = [
      ("minimum", low), ("maximum", high), ("mean", mean),
      ("deviation", (squares / Double(values.count)).squareRoot()),
    ]
    return found.compactMap { name, value in
      guard let wanted = fields[name]?.double else { return nil }
      var allowed = tolerance
      if fields["crc"] == nil, name == "mean" || name == "deviation" { allowed.absolute /= 10 }
      return allowed.accepts(value, wanted) ? nil : "\(name): expected \(wanted), found \(value)"
    }
  }
}

/// Pixels in the reference's order.
private struct Picture {
  var width: Int
  var height: Int
  var channels: Int
  var type: VoxelType
  /// Little-endian, row by row, the samples of a pixel side by side.
  var bytes: [UInt8]

  init(_ image: StoredImage) {
    let header = image.header
    (width, height, channels, type) = (header.size.x, header.size.y, header.channels, header.type)
    let (plane, size) = (width * height, type.byteCount)
    let count = channels
    bytes = image.voxels.withUnsafeBytes { source in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(source.count)
      for pixel in 0..<plane {
        for channel in 0..<count {
          let start = (channel * plane + pixel) * size
          bytes += source[start..<start + size]
        }
      }
      return bytes
    }
  }

  var checksum: UInt32 {
    var crc = CRC32()
    for byte in bytes { crc.add(byte) }
    return crc.value
  }

  func value(_ row: Int, _ column: Int, _ channel: Int) -> Double {
    value(at: (row * width + column) * channels + channel)
  }

  private func value(at index: Int) -> Double {
    bytes.withUnsafeBytes { raw in
      let at = index * type.byteCount
      return switch type {
      case .uint8: Double(raw[at])
      case .int8: Double(Int8(bitPattern: raw[at]))
      case .uint16: Double(raw.loadUnaligned(fromByteOffset: at, as: UInt16.self))
      case .int16: Double(raw.loadUnaligned(fromByteOffset: at, as: Int16.self))
      case .uint32: Double(raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      case .int32: Double(raw.loadUnaligned(fromByteOffset: at, as: Int32.self))
      case .uint64: Double(raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      case .int64: Double(raw.loadUnaligned(fromByteOffset: at, as: Int64.self))
      case .float32: Double(raw.loadUnaligned(fromByteOffset: at, as: Float.self))
      case .float64: raw.loadUnaligned(fromByteOffset: at, as: Double.self)
      }
    }
  }

  var values: [Double] { (0..<bytes.count / type.byteCount).map { value(at: $0) } }

  /// The same with another of the unsigned types.
  func mapped(to target: VoxelType, _ map: (Int) -> Int) -> Picture {
    var result = self
    result.type = target
    result.bytes = values.flatMap { value -> [UInt8] in
      let mapped = map(Int(value))
      return (0..<target.byteCount).map { UInt8(truncatingIfNeeded: mapped >> (8 * $0)) }
    }
    return result
  }

  /// Red, green, blue and opacity, 8 bits each.
  var withOpacity: Picture {
    var result = self
    result.channels = 4
    result.bytes = []
    for pixel in 0..<width * height {
      let samples = bytes[pixel * channels..<(pixel + 1) * channels].map { $0 }
      switch channels {
      case 1: result.bytes += [samples[0], samples[0], samples[0], 255]
      case 2: result.bytes += [samples[0], samples[0], samples[0], samples[1]]
      case 3: result.bytes += samples + [255]
      default: result.bytes += samples.prefix(4)
      }
    }
    return result
  }
}
