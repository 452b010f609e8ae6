import MedVoxel

/// DICOM's run-length coding: PackBits, each byte of each sample in a segment of its own. Source: the DICOM
/// standard, PS3.5, annex G.
enum RunLengthFrame {
  /// Fills the memory with the frame's samples, those of a pixel side by side, in this machine's byte order.
  /// - Throws: what is wrong with the segments.
  static func decode(
    _ bytes: [UInt8], _ format: DICOMFormat, into target: UnsafeMutableRawBufferPointer
  ) throws(ImageError) {
    let (width, samples, plane) = (format.type.byteCount, format.samples, format.planeCount)
    let stride = width * samples
    guard bytes.count >= 64 else { throw ImageError("the run-length coded frame has no header") }
    let header = ByteReader(bytes: bytes, isBigEndian: false)
    let count = Int(header.integer(0, as: UInt32.self))
    guard count == stride else {
      throw ImageError("expected \(stride) run-length coded segments in a frame, found \(count)")
    }
    var offsets = (0..<count).map { Int(header.integer(4 + $0 * 4, as: UInt32.self)) }
    offsets.append(bytes.count)
    guard zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }), offsets[0] >= 64 else {
      throw ImageError("the run-length coded segments don't lie one after the other")
    }
    guard let output = target.baseAddress?.assumingMemoryBound(to: UInt8.self), target.count >= plane * stride
    else { return }
    let isComplete = bytes.withUnsafeBufferPointer { input in
      (0..<count).allSatisfy { segment in
        let (sample, place) = segment.quotientAndRemainder(dividingBy: width)
        // The highest byte comes first.
        let byte = isHostBigEndian ? place : width - 1 - place
        return unpack(
          UnsafeBufferPointer(rebasing: input[offsets[segment]..<offsets[segment + 1]]),
          to: output + sample * width + byte, stride: stride, count: plane)
      }
    }
    guard isComplete else { throw ImageError("the run-length coded pixels are cut off") }
  }

  /// - Returns: whether there were enough bytes.
  private static func unpack(
    _ input: UnsafeBufferPointer<UInt8>, to output: UnsafeMutablePointer<UInt8>, stride: Int, count: Int
  ) -> Bool {
    var (read, written) = (0, 0)
    while written < count, read < input.count {
      let control = Int(input[read])
      read += 1
      if control < 128 {
        let run = min(control + 1, count - written)
        guard read + run <= input.count else { return false }
        for index in 0..<run { output[(written + index) * stride] = input[read + index] }
        read += control + 1
        written += run
      } else if control > 128 {
        guard read < input.count else { return false }
        let (run, value) = (min(257 - control, count - written), input[read])
        for index in 0..<run { output[(written + index) * stride] = value }
        read += 1
        written += run
      }
    }
    return written == count
  }
}
