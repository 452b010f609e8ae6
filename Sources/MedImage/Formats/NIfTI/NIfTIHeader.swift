import MedVoxel

/// The fields of a NIfTI-1 or NIfTI-2 header, under the standard's own names.
public struct NIfTIHeader: Hashable, Sendable {
  /// 1 or 2.
  public var version = 1
  /// Whether header and voxels are two files (`.hdr`, `.img`).
  public var isPair = false
  public var isBigEndian = false
  /// `dim[0]` is the number of axes, `dim[1]` the first axis.
  public var dim = [Int](repeating: 1, count: 8)
  /// `pixdim[0]` is the quaternion's handedness, `pixdim[1…3]` the spacing, `pixdim[4]` the time step.
  public var pixdim = [Double](repeating: 1, count: 8)
  public var datatype = 0
  public var bitpix = 0
  public var voxOffset = 352
  public var sclSlope = 1.0
  public var sclInter = 0.0
  public var calMax = 0.0
  public var calMin = 0.0
  public var sliceStart = 0
  public var sliceEnd = 0
  public var sliceCode = 0
  public var sliceDuration = 0.0
  public var toffset = 0.0
  public var dimInfo = 0
  public var xyztUnits = 2
  public var intentCode = 0
  public var intentParameters = [0.0, 0.0, 0.0]
  public var intentName = ""
  public var descrip = ""
  public var auxFile = ""
  public var qformCode = 0
  public var sformCode = 0
  /// `quatern_b`, `quatern_c`, `quatern_d`.
  public var quaternion = SIMD3<Double>.zero
  public var qoffset = SIMD3<Double>.zero
  /// `srow_x`, `srow_y`, `srow_z`.
  public var srow = [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]

  public init() {}

  /// 348 or 540 bytes; extensions come after it.
  var byteCount: Int { version == 1 ? 348 : 540 }

  /// What the header's first bytes say: version, byte order and magic.
  static func kind(of head: [UInt8]) -> (version: Int, isBigEndian: Bool, isPair: Bool)? {
    guard head.count >= 348 else { return nil }
    for big in [false, true] {
      let reader = ByteReader(bytes: head, isBigEndian: big)
      let size = reader.integer(0, as: Int32.self)
      let (version, at) = size == 348 ? (1, 344) : (2, 4)
      guard size == 348 || size == 540 else { continue }
      switch reader.text(at..<at + 4) {
      case "n+\(version)": return (version, big, false)
      case "ni\(version)": return (version, big, true)
      default: return nil
      }
    }
    return nil
  }

  /// - Parameter head: at least 348 (version 1) or 540 (version 2) bytes.
  /// - Returns: nil when the bytes are no NIfTI header.
  init?(_ head: [UInt8]) {
    guard let kind = Self.kind(of: head), head.count >= (kind.version == 1 ? 348 : 540) else { return nil }
    (version, isBigEndian, isPair) = kind
    let r = ByteReader(bytes: head, isBigEndian: isBigEndian)
    if version == 1 { read1(r) } else { read2(r) }
  }

  private mutating func read1(_ r: ByteReader) {
    func short(_ at: Int) -> Int { Int(r.integer(at, as: Int16.self)) }
    dimInfo = Int(r.bytes[39])
    dim = (0..<8).map { short(40 + 2 * $0) }
    intentParameters = [r.float(56), r.float(60), r.float(64)]
    (intentCode, datatype, bitpix, sliceStart) = (short(68), short(70), short(72), short(74))
    pixdim = (0..<8).map { r.float(76 + 4 * $0) }
    let offset = r.float(108)
    // Whatever no file offset can be is told apart from a missing one.
    voxOffset = offset.isFinite && abs(offset) < 1e15 ? Int(offset) : -1
    (sclSlope, sclInter) = (r.float(112), r.float(116))
    sliceEnd = short(120)
    (sliceCode, xyztUnits) = (Int(r.bytes[122]), Int(r.bytes[123]))
    (calMax, calMin, sliceDuration, toffset) = (r.float(124), r.float(128), r.float(132), r.float(136))
    (descrip, auxFile, intentName) = (r.text(148..<228), r.text(228..<252), r.text(328..<344))
    (qformCode, sformCode) = (short(252), short(254))
    quaternion = [r.float(256), r.float(260), r.float(264)]
    qoffset = [r.float(268), r.float(272), r.float(276)]
    srow = (0..<3).map { row in (0..<4).map { r.float(280 + 16 * row + 4 * $0) } }
  }

  private mutating func read2(_ r: ByteReader) {
    func long(_ at: Int) -> Int { Int(truncatingIfNeeded: r.integer(at, as: Int64.self)) }
    func int(_ at: Int) -> Int { Int(r.integer(at, as: Int32.self)) }
    (datatype, bitpix) = (Int(r.integer(12, as: Int16.self)), Int(r.integer(14, as: Int16.self)))
    dim = (0..<8).map { long(16 + 8 * $0) }
    intentParameters = [r.double(80), r.double(88), r.double(96)]
    pixdim = (0..<8).map { r.double(104 + 8 * $0) }
    voxOffset = long(168)
    (sclSlope, sclInter, calMax, calMin) = (r.double(176), r.double(184), r.double(192), r.double(200))
    (sliceDuration, toffset) = (r.double(208), r.double(216))
    (sliceStart, sliceEnd) = (long(224), long(232))
    (descrip, auxFile, intentName) = (r.text(240..<320), r.text(320..<344), r.text(508..<524))
    (qformCode, sformCode) = (int(344), int(348))
    quaternion = [r.double(352), r.double(360), r.double(368)]
    qoffset = [r.double(376), r.double(384), r.double(392)]
    srow = (0..<3).map { row in (0..<4).map { r.double(400 + 32 * row + 8 * $0) } }
    (sliceCode, xyztUnits, intentCode) = (int(496), int(500), int(504))
    dimInfo = Int(r.bytes[524])
  }

  /// The header's bytes, little-endian.
  ///
  /// - Precondition: in version 1 every axis is at most 32,767 long.
  func encoded() -> [UInt8] { version == 1 ? encoded1() : encoded2() }

  private func encoded1() -> [UInt8] {
    var w = ByteWriter(count: 348)
    func short(_ value: Int) -> Int16 { Int16(clamping: value) }
    w.integer(Int32(348), at: 0)
    w.bytes[39] = UInt8(truncatingIfNeeded: dimInfo)
    for i in 0..<8 {
      w.integer(short(dim[i]), at: 40 + 2 * i)
      w.float(pixdim[i], at: 76 + 4 * i)
    }
    for i in 0..<3 { w.float(intentParameters[i], at: 56 + 4 * i) }
    for (value, at) in [
      (intentCode, 68), (datatype, 70), (bitpix, 72), (sliceStart, 74), (sliceEnd, 120), (qformCode, 252),
      (sformCode, 254),
    ] { w.integer(short(value), at: at) }
    for (value, at) in [
      (Double(voxOffset), 108), (sclSlope, 112), (sclInter, 116), (calMax, 124), (calMin, 128),
      (sliceDuration, 132), (toffset, 136),
    ] { w.float(value, at: at) }
    (w.bytes[122], w.bytes[123]) = (
      UInt8(truncatingIfNeeded: sliceCode), UInt8(truncatingIfNeeded: xyztUnits)
    )
    w.text(descrip, in: 148..<228)
    w.text(auxFile, in: 228..<252)
    w.text(intentName, in: 328..<344)
    for i in 0..<3 {
      w.float(quaternion[i], at: 256 + 4 * i)
      w.float(qoffset[i], at: 268 + 4 * i)
      for c in 0..<4 { w.float(srow[i][c], at: 280 + 16 * i + 4 * c) }
    }
    w.text(isPair ? "ni1" : "n+1", in: 344..<348)
    return w.bytes
  }

  private func encoded2() -> [UInt8] {
    var w = ByteWriter(count: 540)
    w.integer(Int32(540), at: 0)
    w.text(isPair ? "ni2" : "n+2", in: 4..<8)
    for (index, byte) in [13, 10, 26, 10].enumerated() { w.bytes[8 + index] = UInt8(byte) }
    w.integer(Int16(clamping: datatype), at: 12)
    w.integer(Int16(clamping: bitpix), at: 14)
    for i in 0..<8 {
      w.integer(Int64(dim[i]), at: 16 + 8 * i)
      w.double(pixdim[i], at: 104 + 8 * i)
    }
    for i in 0..<3 { w.double(intentParameters[i], at: 80 + 8 * i) }
    for (value, at) in [(voxOffset, 168), (sliceStart, 224), (sliceEnd, 232)] {
      w.integer(Int64(value), at: at)
    }
    for (value, at) in [
      (sclSlope, 176), (sclInter, 184), (calMax, 192), (calMin, 200), (sliceDuration, 208), (toffset, 216),
    ] { w.double(value, at: at) }
    for (value, at) in [
      (qformCode, 344), (sformCode, 348), (sliceCode, 496), (xyztUnits, 500), (intentCode, 504),
    ] { w.integer(Int32(clamping: value), at: at) }
    w.text(descrip, in: 240..<320)
    w.text(auxFile, in: 320..<344)
    w.text(intentName, in: 508..<524)
    w.bytes[524] = UInt8(truncatingIfNeeded: dimInfo)
    for i in 0..<3 {
      w.double(quaternion[i], at: 352 + 8 * i)
      w.double(qoffset[i], at: 376 + 8 * i)
      for c in 0..<4 { w.double(srow[i][c], at: 400 + 32 * i + 8 * c) }
    }
    return w.bytes
  }
}
