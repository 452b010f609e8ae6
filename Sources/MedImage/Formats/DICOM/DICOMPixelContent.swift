import MedVoxel

/// The pixels of one file as they are written: in one piece, or in fragments.
struct DICOMPixelContent: Sendable {
  let source: FileSource
  let syntax: DICOMSyntax
  let format: DICOMFormat
  let pixels: DICOMFile.Pixels
  /// The content, where it was inflated.
  private let inflated: [UInt8]?
  /// Where the fragments of each frame lie; empty where pixels are in one piece.
  private(set) var fragments: [[Range<Int>]] = []

  private var size: Int { inflated?.count ?? source.fileSize }

  /// Finds the frames, and refuses a file that doesn't hold what its header claims.
  init(_ instance: DICOMInstance) throws(ImageError) {
    source = try instance.place.source()
    (syntax, format, pixels) = (instance.syntax, instance.format, instance.pixels)
    var file: DICOMFile?
    if source.isCompressed || syntax.coding == .deflated { file = try DICOMFile(source) }
    inflated = file?.inflated
    guard let length = pixels.length else {
      fragments = try DICOMFragments(self, offsets: instance.frameOffsets).frames
      return
    }
    guard syntax.coding == .plain || syntax.coding == .deflated || syntax.coding == .unknown else {
      throw ImageError(
        "expected the pixels of \(syntax.description) in fragments, found them in one piece",
        at: source.name, remedy: "get the file again from its source")
    }
    let (bits, overflow) = format.writtenFrameBits.multipliedReportingOverflow(by: format.frameCount)
    let needed = bits / 8 + (bits % 8 > 0 ? 1 : 0)
    guard !overflow, needed <= length else {
      throw ImageError(
        "the pixels are cut off: \(format.frameCount) frames of \(format.columns)×\(format.rows) pixels take "
          + "\(overflow ? "too many" : "\(needed)") bytes, the element has \(length)", at: source.name,
        remedy: "get the file again from its source, or correct Rows, Columns or NumberOfFrames")
    }
    guard needed <= size - pixels.start else {
      throw ImageError(
        "the file is cut off: its pixels reach to byte \(pixels.start + needed), the content ends at \(size)",
        at: source.name, remedy: "get the file again from its source")
    }
  }

  /// Fills the memory with the content from `offset` on.
  func read(_ offset: Int, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    guard let inflated else { return try source.fill(target, from: offset) }
    guard target.count <= inflated.count - offset else {
      throw source.tooShort(offset + target.count, found: inflated.count)
    }
    inflated.withUnsafeBytes { bytes in
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + target.count]))
    }
  }

  /// Item heads and offset tables are read through this.
  func bytes(_ offset: Int, _ count: Int) throws(ImageError) -> [UInt8] {
    guard offset >= 0, count <= size - offset else {
      throw ImageError(
        "the file is cut off: its pixels reach to byte \(offset + count), the content ends at \(size)",
        at: source.name, remedy: "get the file again from its source")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withMutableBytes { buffer throws(ImageError) in try read(offset, into: buffer) }
    return bytes
  }

  /// The coded bytes of a frame.
  func coded(_ frame: Int) throws(ImageError) -> [UInt8] {
    let parts = fragments[frame]
    var bytes = [UInt8](repeating: 0, count: parts.reduce(0) { $0 + $1.count })
    try bytes.withMutableBytes { buffer throws(ImageError) in
      var done = 0
      for part in parts {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + part.count])
        try read(part.lowerBound, into: rest)
        done += part.count
      }
    }
    return bytes
  }

  /// The fragment's own bounds are checked against the content.
  func holds(_ range: Range<Int>) -> Bool { range.upperBound <= size }
}
