import MedVoxel

/// How the pixels of a file are meant: the image pixel module (PS3.3, C.7.6.3).
struct DICOMFormat: Hashable, Sendable {
  enum Photometric: String, Sendable {
    case monochrome1 = "MONOCHROME1"
    case monochrome2 = "MONOCHROME2"
    case palette = "PALETTE COLOR"
    case rgb = "RGB"
    case full = "YBR_FULL"
    case full422 = "YBR_FULL_422"
    case partial422 = "YBR_PARTIAL_422"
    case partial420 = "YBR_PARTIAL_420"
    /// JPEG 2000's own color transforms, undone by its decoder.
    case irreversible = "YBR_ICT"
    case reversible = "YBR_RCT"
  }

  var columns: Int
  var rows: Int
  var frameCount: Int
  var samples: Int
  var bitsAllocated: Int
  var bitsStored: Int
  var highBit: Int
  var isSigned: Bool
  var isPlanar: Bool
  var photometric: Photometric
  /// Of the pixels when they are unpacked.
  var type: VoxelType

  /// - Throws: `ImageError` with all that is wrong.
  init(_ file: DICOMFile, at name: String) throws(ImageError) {
    let data = file.data
    var problems: [String] = []
    func required(_ tag: UInt32, _ what: String) -> Int {
      if let value = data.short(tag), value > 0 { return value }
      problems.append(
        data.has(tag)
          ? "expected \(what) (\(hex: tag)) above 0, found 0"
          : "expected \(what) (\(hex: tag)), found no such element")
      return 1
    }
    rows = required(0x0028_0010, "Rows")
    columns = required(0x0028_0011, "Columns")
    bitsAllocated = required(0x0028_0100, "BitsAllocated")
    samples = data.short(0x0028_0002) ?? 1
    bitsStored = data.short(0x0028_0101) ?? bitsAllocated
    highBit = data.short(0x0028_0102) ?? bitsStored - 1
    isSigned = data.short(0x0028_0103) == 1
    isPlanar = data.short(0x0028_0006) == 1 && samples > 1
    let written = data.text(0x0028_0004)
    let word = written?.replacing(" ", with: "").uppercased()
    let known: Photometric? =
      switch word {
      case nil: samples == 3 ? .rgb : .monochrome2
      case "PALETTECOLOR": .palette
      default: Photometric(rawValue: word ?? "")
      }
    photometric = known ?? (samples == 1 ? .monochrome2 : .rgb)
    if known == nil, samples != 1 {
      problems.append("colors as \(written ?? "?") (0028,0004) are not read")
    }
    if samples != 1, samples != 3 {
      problems.append("expected 1 or 3 samples in a pixel (0028,0002), found \(samples)")
    }
    let frames = data.text(0x0028_0008)
    frameCount = max(1, frames.flatMap { Int($0.split(separator: "\\").first ?? "") } ?? 1)
    if let frames, frames.contains(where: { !$0.isNumber && $0 != "+" && $0 != "\\" }) {
      problems.append("expected a number of frames (0028,0008), found “\(frames)”")
    }
    let kind = file.pixels?.kind ?? .integers
    let found = Self.type(kind, bitsAllocated, isSigned)
    type = found ?? .uint8
    if found == nil {
      problems.append("expected 1, 8, 12, 16, 32 or 64 bits in a sample (0028,0100), found \(bitsAllocated)")
    }
    guard problems.isEmpty else {
      throw ImageError(problems.map { Problem($0, at: name, remedy: "is this file an image?") })
    }
  }

  private static func type(_ kind: DICOMFile.Pixels.Kind, _ bits: Int, _ isSigned: Bool) -> VoxelType? {
    switch (kind, bits) {
    case (.floats, _): .float32
    case (.doubles, _): .float64
    case (_, 1): .uint8
    case (_, 8): isSigned ? .int8 : .uint8
    case (_, 12), (_, 16): isSigned ? .int16 : .uint16
    case (_, 32): isSigned ? .int32 : .uint32
    case (_, 64): isSigned ? .int64 : .uint64
    default: nil
    }
  }

  var planeCount: Int { columns * rows }
  var isFloat: Bool { type == .float32 || type == .float64 }

  /// The bytes of a frame with its samples unpacked.
  var frameBytes: Int { planeCount * samples * type.byteCount }

  /// The bits of a frame as it is written without compression.
  var writtenFrameBits: Int {
    switch photometric {
    case .full422, .partial422: planeCount * 2 * bitsAllocated
    default: planeCount * samples * (isFloat ? type.byteCount * 8 : bitsAllocated)
    }
  }

  /// Bits beyond those stored, where there are any: overlays and noise may lie in them.
  var unusedBits: (above: Int, below: Int)? {
    let width = type.byteCount * 8
    guard !isFloat, bitsAllocated != 1, bitsStored > 0, bitsStored < width, highBit >= bitsStored - 1,
      highBit < width
    else { return nil }
    return (width - 1 - highBit, highBit + 1 - bitsStored)
  }
}
