import CGDCM
import MedVoxel

/// A parsed file, with its pixels where they were asked for.
final class DICOMContent: @unchecked Sendable {
  // SAFETY: the shim's readers don't change the data set, and decoding is called by its only owner.
  private let handle: OpaquePointer
  private let name: String

  enum Extent {
    /// What comes before the pixels.
    case header
    /// The pixels' bytes too.
    case stored
    /// The pixels, to be decoded.
    case image
  }

  init(_ source: FileSource, _ extent: Extent = .header) throws(ImageError) {
    name = source.name
    let bytes = try Self.content(source, extent)
    var opened: OpaquePointer?
    let all = bytes.bytes
    let status =
      switch extent {
      case .header: cg_open_memory(all.baseAddress, all.count, &opened)
      case .stored: cg_open_whole_memory(all.baseAddress, all.count, &opened)
      case .image: cg_open_image_memory(all.baseAddress, all.count, &opened)
      }
    withExtendedLifetime(bytes) {}
    guard status == CG_OK, let opened else { throw Self.error(status, at: source.name) }
    handle = opened
  }

  deinit { cg_close(handle) }

  private static func content(_ source: FileSource, _ extent: Extent) throws(ImageError) -> RawBytes {
    let bytes: RawBytes
    if source.isCompressed {
      let inflated = try Gzip.inflatedToEnd(source)
      bytes = try RawBytes(count: inflated.count, for: source.name)
      inflated.withUnsafeBytes { bytes.mutable.copyMemory(from: $0) }
    } else {
      bytes = try source.rawBytes()
    }
    if case .image = extent {
      // GDCM decodes the images of classes that it knows; label maps came after it.
      let (newer, known) = (DICOMSegmentation.labelMapStorageClass, DICOMSegmentation.storageClass)
      for start in bytes.bytes.prefix(4096).places(of: Array(newer.utf8)) {
        for (offset, byte) in known.utf8.enumerated() { bytes.mutable[start + offset] = byte }
      }
    }
    return bytes
  }

  private static func error(_ status: cg_status, at name: String) -> ImageError {
    ImageError(
      String(cString: cg_message()), at: name,
      remedy: status == CG_OUT_OF_MEMORY ? nil : "get the file again from its source",
      cause: status == CG_OUT_OF_MEMORY ? .environment : .data)
  }

  private func check(_ status: cg_status) throws(ImageError) {
    guard status == CG_OK else { throw Self.error(status, at: name) }
  }

  func dataSet() throws(ImageError) -> DICOMDataSet {
    var block: UnsafeMutablePointer<UInt8>?
    var count = 0
    try check(cg_get_tree(handle, &block, &count))
    guard let block else { return DICOMDataSet() }
    defer { cg_free(block) }
    var reader = DICOMTreeReader(bytes: UnsafeRawBufferPointer(start: block, count: count))
    return reader.dataSet(.latin1)
  }

  /// The bytes of pixels that are not compressed.
  func withStoredPixels<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    var start: UnsafePointer<UInt8>?
    var count = 0
    try check(cg_get_raw_pixels(handle, &start, &count))
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// The decoded pixels of all frames, each of one number of `bits`.
  /// - Throws: `ImageError` when they are of another width, or not `count`.
  func decodedPixels(bits: Int, count: Int) throws(ImageError) -> RawBytes {
    var pixels = cg_pixels()
    try check(cg_get_pixels(handle, &pixels))
    let found = Int(pixels.columns) * Int(pixels.rows) * Int(pixels.frames) * Int(pixels.samples)
    guard Int(pixels.bits) == bits, found == count else {
      throw ImageError(
        "expected \(count) pixels of \(bits) bits, found \(found) of \(pixels.bits)", at: name)
    }
    let bytes = try RawBytes(count: count * bits / 8, for: name)
    try check(cg_decode(handle, bytes.mutable.baseAddress, bytes.count))
    return bytes
  }
}

extension Collection<UInt8> {
  /// Where the bytes begin that are asked for.
  func places(of wanted: [UInt8]) -> [Index] {
    guard let first = wanted.first else { return [] }
    return indices.filter { self[$0] == first && self[$0...].starts(with: wanted) }
  }
}

/// Takes apart the block that the shim makes of a data set; its own counts are right.
private struct DICOMTreeReader {
  var bytes: UnsafeRawBufferPointer
  var offset = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func number<T: FixedWidthInteger>(_: T.Type) -> T {
    defer { offset += MemoryLayout<T>.size }
    return bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
  }

  mutating func dataSet(_ outer: DICOMText) -> DICOMDataSet {
    var encoding = outer
    let count = number(UInt32.self)
    var elements: [DICOMElement] = []
    for _ in 0..<count {
      let tag = DICOMTag(number(UInt16.self), number(UInt16.self))
      let letters = [number(UInt8.self), number(UInt8.self)]
      let isSequence = number(UInt16.self) == 1
      let length = Int(number(UInt32.self))
      let content: DICOMElement.Content
      if isSequence {
        content = .items((0..<length).map { _ in dataSet(encoding) })
      } else {
        content = .bytes(Array(bytes[offset..<offset + length]))
        offset += length
      }
      var element = DICOMElement(tag, String(decoding: letters, as: UTF8.self), content)
      if tag == DICOMTag(0x0008, 0x0005) { encoding = DICOMText(element.text) }
      element.encoding = encoding
      elements.append(element)
    }
    return DICOMDataSet(elements)
  }
}
