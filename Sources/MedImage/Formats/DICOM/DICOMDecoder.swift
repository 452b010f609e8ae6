import CGDCM
import MedVoxel

/// Turns a frame as it is written into samples of the format's type: those of a pixel side by side, colors as
/// red, green and blue, in this machine's byte order, without the bits beyond those stored.
struct DICOMDecoder {
  let content: DICOMPixelContent
  private var format: DICOMFormat { content.format }

  /// Whether plain samples are in the other byte order than this machine's.
  var isSwapped: Bool { content.syntax.arePixelsBigEndian != isHostBigEndian && format.type.byteCount > 1 }

  /// Bytes in words of the other order.
  private var hasSwappedPairs: Bool {
    content.syntax.isBigEndian && content.pixels.isWords && format.bitsAllocated <= 8
  }

  /// - Parameter target: at least `format.frameBytes`.
  func decode(_ frame: Int, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    let target = UnsafeMutableRawBufferPointer(rebasing: target[0..<format.frameBytes])
    var photometric = format.photometric
    if content.pixels.length != nil {
      try decodePlain(frame, into: target)
    } else {
      do throws(ImageError) {
        photometric = try decodeCoded(content.coded(frame), into: target)
      } catch {
        let place = format.frameCount > 1 ? "\(content.source.name), frame \(frame)" : content.source.name
        throw ImageError(
          error.problems.map {
            Problem($0.statement, at: place, remedy: $0.remedy ?? "get the file again from its source")
          }, cause: error.cause)
      }
    }
    dropUnusedBits(target)
    guard format.samples == 3 else { return }
    switch photometric {
    case .full, .full422: YBRColors.toRGB(target, bits: format.type.byteCount * 8)
    case .partial422, .partial420:
      YBRColors.toRGB(target, bits: format.type.byteCount * 8, isPartial: true)
    default: break
    }
  }

  // MARK: Plain

  private func decodePlain(
    _ frame: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) {
    let start = content.pixels.start
    let (first, bits) = (frame * format.writtenFrameBits, format.writtenFrameBits)
    // Whole words, where bytes are swapped in them; packed pixels may begin in the midst of a byte.
    let granule = hasSwappedPairs ? 2 : 1
    let from = first / (8 * granule) * granule
    let needed = (first + bits + 7) / 8
    var to = (needed + granule - 1) / granule * granule
    to = min(to, max(content.pixels.length ?? to, needed))
    let isAsWritten = bits == format.frameBytes * 8 && granule == 1 && !format.isPlanar
    if isAsWritten {
      try content.read(start + from, into: target)
    } else {
      var written = try content.bytes(start + from, to - from)
      if hasSwappedPairs {
        for index in stride(from: 0, to: written.count - 1, by: 2) { written.swapAt(index, index + 1) }
      }
      written.withUnsafeBytes { unpack($0, firstBit: first - from * 8, into: target) }
    }
    if isSwapped, let base = target.baseAddress {
      FileVoxels.native(
        from: base, type: format.type, isSwapped: true, count: target.count / format.type.byteCount,
        into: base)
    }
  }

  private func unpack(
    _ bytes: UnsafeRawBufferPointer, firstBit: Int, into target: UnsafeMutableRawBufferPointer
  ) {
    let bytesInside = UnsafeRawBufferPointer(rebasing: bytes[(firstBit / 8)...])
    switch (format.bitsAllocated, format.photometric) {
    case (1, _):
      // The lowest bit of a byte is its first pixel (PS3.5, 8.1.1).
      for index in target.indices {
        target[index] = bytes[(firstBit + index) >> 3] >> UInt8((firstBit + index) & 7) & 1
      }
    case (12, _):
      target.withMemoryRebound(to: UInt16.self) { samples in
        for index in samples.indices {
          let bit = firstBit + index * 12
          let (low, high) = (UInt16(bytes[bit >> 3]), UInt16(bytes[bit >> 3 + 1]))
          let value = bit & 7 == 0 ? low | (high & 15) << 8 : low >> 4 | high << 4
          samples[index] = isSwapped ? value.byteSwapped : value
        }
      }
    case (_, .full422), (_, .partial422):
      YBRColors.spreadPairs(bytesInside, into: target, width: format.type.byteCount)
    default:
      if format.isPlanar, let from = bytesInside.baseAddress, let to = target.baseAddress {
        FileVoxels.interleave(
          from: from, elementBytes: format.type.byteCount, components: format.samples,
          count: format.planeCount, into: to, plane: format.planeCount)
      } else {
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytesInside[0..<target.count]))
      }
    }
  }

  // MARK: Coded

  /// - Returns: what the colors are after decoding.
  private func decodeCoded(
    _ bytes: [UInt8], into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) -> DICOMFormat.Photometric {
    switch content.syntax.coding {
    case .runLength:
      guard format.bitsAllocated == format.type.byteCount * 8 else {
        throw ImageError("run-length coded pixels of \(format.bitsAllocated) bits are not read")
      }
      try RunLengthFrame.decode(bytes, format, into: target)
      return format.photometric
    case .unknown where CodedFrame(bytes) == nil:
      throw ImageError(
        "pixels coded as \(content.syntax.description) can't be decoded here",
        remedy: "convert the file to Explicit VR Little Endian or JPEG 2000 with the tools of its source")
    default: return try decodeStream(bytes, into: target)
    }
  }

  private func decodeStream(
    _ bytes: [UInt8], into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) -> DICOMFormat.Photometric {
    guard let coded = CodedFrame(bytes) else {
      throw ImageError(
        "expected a stream of \(content.syntax.description), found other bytes or a part of one")
    }
    let width = coded.precision > 16 ? 4 : coded.precision > 8 ? 2 : 1
    guard coded.columns == format.columns, coded.rows == format.rows, coded.components == format.samples,
      (1...32).contains(coded.precision), width <= format.type.byteCount, !format.isFloat
    else {
      throw ImageError(
        "the header claims \(format.columns)×\(format.rows) pixels of \(format.samples) samples with "
          + "\(format.bitsAllocated) bits, the stream has \(coded.columns)×\(coded.rows) of "
          + "\(coded.components) with \(coded.precision)")
    }
    if width == format.type.byteCount { return try decode(bytes, coded, into: target) }
    let narrow = try RawBytes(count: format.planeCount * format.samples * width, for: content.source.name)
    let colors = try decode(bytes, coded, into: narrow.mutable)
    widen(narrow.bytes, width, isSigned: coded.isSigned, into: target)
    return colors
  }

  private func decode(
    _ bytes: [UInt8], _ coded: CodedFrame, into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) -> DICOMFormat.Photometric {
    var stream = cg_stream()
    stream.family =
      switch coded.family {
      case .jpeg: coded.isLossless ? CG_JPEG_LOSSLESS : CG_JPEG
      case .jpegLS: CG_JPEG_LS
      case .jpeg2000: CG_JPEG_2000
      }
    stream.colors =
      switch format.photometric {
      case _ where coded.components == 1: CG_GRAY
      case .full, .partial420: CG_YBR_FULL
      case .full422, .partial422: CG_YBR_FULL_422
      case .irreversible: CG_YBR_ICT
      case .reversible: CG_YBR_RCT
      default: CG_RGB
      }
    (stream.columns, stream.rows) = (Int32(coded.columns), Int32(coded.rows))
    (stream.samples, stream.precision) = (Int32(coded.components), Int32(coded.precision))
    (stream.is_signed, stream.is_planar) = (coded.isSigned ? 1 : 0, format.isPlanar ? 1 : 0)
    let status = bytes.withUnsafeBytes { input in
      cg_decode_stream(&stream, input.baseAddress, input.count, target.baseAddress, target.count)
    }
    guard status == CG_OK else {
      throw ImageError(
        "\(content.syntax.description): \(String(cString: cg_message()))",
        cause: status == CG_OUT_OF_MEMORY ? .environment : .data)
    }
    let width = coded.precision > 16 ? 4 : coded.precision > 8 ? 2 : 1
    if stream.is_planar != 0, let to = target.baseAddress {
      let planes = Array(target[0..<format.planeCount * format.samples * width])
      planes.withUnsafeBytes { bytes in
        guard let from = bytes.baseAddress else { return }
        FileVoxels.interleave(
          from: from, elementBytes: width, components: format.samples, count: format.planeCount, into: to,
          plane: format.planeCount)
      }
    }
    return stream.colors == CG_YBR_FULL ? .full : .rgb
  }

  /// Samples of fewer bytes than the format has.
  private func widen(
    _ input: UnsafeRawBufferPointer, _ width: Int, isSigned: Bool, into target: UnsafeMutableRawBufferPointer
  ) {
    let count = input.count / width
    for index in 0..<count {
      let value: Int32 =
        switch (width, isSigned) {
        case (1, false): Int32(input[index])
        case (1, true): Int32(Int8(bitPattern: input[index]))
        case (_, false): Int32(input.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        case (_, true): Int32(input.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
        }
      if format.type.byteCount == 2 {
        target.storeBytes(of: Int16(truncatingIfNeeded: value), toByteOffset: index * 2, as: Int16.self)
      } else if format.type.byteCount == 4 {
        target.storeBytes(of: value, toByteOffset: index * 4, as: Int32.self)
      } else {
        target.storeBytes(of: Int64(value), toByteOffset: index * 8, as: Int64.self)
      }
    }
  }

  // MARK: Bits

  /// Overlays and noise may lie in the bits beyond those stored; signs end at the highest stored bit.
  private func dropUnusedBits(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let unused = format.unusedBits else { return }
    func clean<T: FixedWidthInteger>(_: T.Type) {
      let (up, down) = (T(unused.above), T(unused.above + unused.below))
      bytes.withMemoryRebound(to: T.self) { elements in
        for index in elements.indices { elements[index] = (elements[index] &<< up) &>> down }
      }
    }
    switch format.type {
    case .uint8: clean(UInt8.self)
    case .int8: clean(Int8.self)
    case .uint16: clean(UInt16.self)
    case .int16: clean(Int16.self)
    case .uint32: clean(UInt32.self)
    case .int32: clean(Int32.self)
    case .uint64: clean(UInt64.self)
    case .int64: clean(Int64.self)
    case .float32, .float64: break
    }
  }
}
