import CVips
import MedVoxel

/// The frames of a video, decoded in parallel.
struct AVIPixels: VoxelSource {
  private enum Coding {
    case jpeg
    /// Rows of palette numbers or of blue, green and red; padded to four bytes, the lowest first.
    case bitmap
    case gray
  }

  private let file: AVIFile
  private let wanted: Range<Int>
  private let coding: Coding
  let components: ImageHeader.Components

  /// - Throws: `ImageError` for codecs that are not known, and frames that can't be what the header claims.
  init(_ file: AVIFile, _ wanted: Range<Int>) throws(ImageError) {
    (self.file, self.wanted) = (file, wanted)
    guard let first = file.frames.first(where: { !$0.isEmpty }) else {
      throw ImageError("the AVI has no frames", at: file.bytes.name)
    }
    let head = try file.bytes.bytes(at: first.lowerBound, count: min(first.count, 1 << 16))
    switch file.codec.uppercased() {
    case "", "DIB ", "DIB", "RGB ", "RGB":
      guard [8, 24, 32].contains(file.bits) else {
        throw ImageError("frames of \(file.bits) bits a pixel are not read", at: file.bytes.name)
      }
      coding = .bitmap
      let isGray = file.bits == 8 && file.palette.allSatisfy { $0.x == $0.y && $0.y == $0.z }
      components = isGray ? .scalar : .rgb
    case "Y800", "Y8  ", "Y8", "GREY":
      (coding, components) = (.gray, .scalar)
    default:
      guard head.starts(with: [0xff, 0xd8]) else {
        throw ImageError(
          "the video's codec “\(file.codec)” is not decoded", at: file.bytes.name,
          remedy: "convert it to Motion-JPEG: ffmpeg -i video.avi -c:v mjpeg -q:v 2 -an out.avi")
      }
      let stream = JPEGStream(head)
      guard let frame = stream.frame, frame.precision == 8, frame.isDecodable,
        frame.components == 1 || frame.components == 3
      else {
        throw ImageError(
          "the frames are JPEG of a kind that is not decoded (\(stream.description))", at: file.bytes.name)
      }
      guard frame.width == file.width, frame.height == file.height else {
        throw ImageError(
          "the header claims frames of \(file.width)×\(file.height), the first one has \(stream.description)",
          at: file.bytes.name, remedy: "interlaced fields are not read; convert the video")
      }
      (coding, components) = (.jpeg, frame.components == 1 ? .scalar : .rgb)
    }
    let frameBytes = Double(file.width) * Double(file.height) * Double(components.count)
    let justified = file.frames[wanted].reduce(67_108_864.0) {
      $0 + min(frameBytes, Double($1.count) * (coding == .jpeg ? 1024 : 4) + 4096)
    }
    guard frameBytes * Double(wanted.count) <= justified else {
      throw ImageError(
        "the video claims \(wanted.count) frames of \(file.width)×\(file.height) pixels, more than the file can hold",
        at: file.bytes.name, remedy: "read single frames")
    }
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels { try frames(wanted) }

  /// Only the frames that are asked for.
  func stored(_ header: ImageHeader, in region: ImageRegion) throws(ImageError) -> StoredVoxels {
    let count = components.count
    let some = wanted.lowerBound + region.channels.lowerBound / count
    let part = some..<some + region.channels.count / count
    return try frames(part).cropped(to: ImageRegion(box: region.box, channels: 0..<region.channels.count))
  }

  private func frames(_ range: Range<Int>) throws(ImageError) -> StoredVoxels {
    let size: GridSize = [file.width, file.height, 1]
    let failures = LockedFailure()
    let frameBytes = size.voxelCount * components.count
    let voxels = StoredVoxels.filled(
      type: .uint8, channels: range.count * components.count, size: size
    ) { target in
      guard let base = target.baseAddress else { return }
      // SAFETY: frames write disjoint memory.
      nonisolated(unsafe) let output = base
      Parallel.forEach(range.count) { index in
        if failures.precedes(index) { return }
        do throws(ImageError) {
          try decode(
            range.lowerBound + index,
            into: UnsafeMutableRawBufferPointer(start: output + index * frameBytes, count: frameBytes))
        } catch {
          failures.note(error, at: index)
        }
      }
    }
    try failures.check()
    return voxels
  }

  private func decode(_ number: Int, into target: UnsafeMutableRawBufferPointer) throws(ImageError) {
    // A dropped frame shows the last one that is there; before all others it is black.
    guard let range = file.frames[...number].last(where: { !$0.isEmpty }) else {
      target.initializeMemory(as: UInt8.self, repeating: 0)
      return
    }
    let content = try file.bytes.bytes(at: range.lowerBound, count: range.count)
    switch coding {
    case .jpeg: try decodeJPEG(content, number, into: target)
    case .bitmap: try copyBitmap(content, number, into: target)
    case .gray:
      guard content.count >= target.count else { throw error(number, "has \(content.count) bytes") }
      target.copyBytes(from: content[..<target.count])
    }
  }

  private func error(_ number: Int, _ statement: String) -> ImageError {
    ImageError(
      "frame \(number) at byte \(file.frames[number].lowerBound) \(statement)", at: file.bytes.name,
      remedy: "the file is damaged; get it again from its source")
  }

  private func decodeJPEG(
    _ content: [UInt8], _ number: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) {
    var stream = JPEGStream(content)
    guard let frame = stream.frame, frame.width == file.width, frame.height == file.height,
      frame.components == components.count, frame.precision == 8, frame.isDecodable
    else { throw error(number, "is a JPEG of another kind (\(stream.description))") }
    stream.completeTables()
    try stream.bytes.withBytes { bytes throws(ImageError) in
      let decoder: RasterDecoder
      do throws(ImageError) {
        decoder = try RasterDecoder(file.bytes.source, format: .jpeg, content: bytes)
        guard Int(decoder.info.width) == file.width, Int(decoder.info.height) == file.height,
          Int(decoder.info.bands) == components.count
        else { throw error(number, "is decoded to another size") }
        let raw = try RawBytes(count: target.count, for: file.bytes.name)
        let rows = UnsafeMutableRawBufferPointer(rebasing: raw.mutable[..<target.count])
        try decoder.read(rows: 0..<file.height, into: rows)
        guard let from = rows.baseAddress, let to = target.baseAddress else { return }
        let plane = file.width * file.height
        if components == .scalar {
          to.copyMemory(from: from, byteCount: plane)
        } else {
          FileVoxels.deinterleave(
            from: from, elementBytes: 1, components: components.count, count: plane, into: to, plane: plane)
        }
        withExtendedLifetime(raw) {}
      } catch {
        if error.cause == .environment { throw error }
        throw self.error(number, "is damaged: \(error.problems.first?.statement ?? "")")
      }
    }
  }

  private func copyBitmap(
    _ content: [UInt8], _ number: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) {
    let rowBytes = (file.width * file.bits + 31) / 32 * 4
    guard content.count >= rowBytes * file.height else {
      throw error(number, "has \(content.count) bytes, expected \(rowBytes * file.height)")
    }
    let (plane, step) = (file.width * file.height, file.bits / 8)
    for j in 0..<file.height {
      let row = (file.isTopDown ? j : file.height - 1 - j) * rowBytes
      for i in 0..<file.width {
        let (at, to) = (row + i * step, j * file.width + i)
        if file.bits > 8 {
          for channel in 0..<3 { target[channel * plane + to] = content[at + 2 - channel] }
          continue
        }
        let index = Int(content[at])
        let color: SIMD3<UInt8> =
          file.palette.isEmpty
          ? SIMD3(repeating: content[at]) : index < file.palette.count ? file.palette[index] : .zero
        for channel in 0..<components.count { target[channel * plane + to] = color[channel] }
      }
    }
  }
}
