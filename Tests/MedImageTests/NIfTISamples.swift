import MedImage
import MedVoxel

/// NIfTI-1 files put together byte by byte, independently of the writer under test.
struct RawNIfTI {
  var dims: [Int16] = [3, 3, 4, 5, 1, 1, 1, 1]
  var datatype: Int16 = 4
  var bitpix: Int16 = 16
  var pixdim: [Float] = [1, 2, 3, 4, 0, 0, 0, 0]
  var voxOffset: Float = 352
  var slope: Float = 0
  var intercept: Float = 0
  var qformCode: Int16 = 0
  var sformCode: Int16 = 1
  var quaternion: [Float] = [0, 0, 0]
  var qoffset: [Float] = [0, 0, 0]
  var srow: [Float] = [2, 0, 0, -10, 0, 3, 0, -20, 0, 0, 4, -30]
  var magic = "n+1"
  var flag: [UInt8] = [0, 0, 0, 0]
  var isBigEndian = false
  var voxels: [UInt8] = []

  /// int16 voxels 0, 1, 2…
  static func counting(_ dims: [Int16] = [3, 3, 4, 5, 1, 1, 1, 1], isBigEndian: Bool = false) -> RawNIfTI {
    var file = RawNIfTI()
    file.dims = dims
    file.isBigEndian = isBigEndian
    let count = dims.dropFirst().prefix(Int(dims[0])).reduce(1) { $0 * Int($1) }
    file.voxels = (0..<count).flatMap { bytes(Int16($0), isBigEndian) }
    return file
  }

  static func bytes<T: FixedWidthInteger>(_ value: T, _ isBigEndian: Bool) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  var header: [UInt8] {
    var b = [UInt8](repeating: 0, count: 348)
    func put<T: FixedWidthInteger>(_ value: T, _ at: Int) {
      b.replaceSubrange(at..<at + MemoryLayout<T>.size, with: Self.bytes(value, isBigEndian))
    }
    put(Int32(348), 0)
    for i in 0..<8 {
      put(dims[i], 40 + 2 * i)
      put(pixdim[i].bitPattern, 76 + 4 * i)
    }
    put(datatype, 70)
    put(bitpix, 72)
    put(voxOffset.bitPattern, 108)
    put(slope.bitPattern, 112)
    put(intercept.bitPattern, 116)
    put(qformCode, 252)
    put(sformCode, 254)
    for i in 0..<3 {
      put(quaternion[i].bitPattern, 256 + 4 * i)
      put(qoffset[i].bitPattern, 268 + 4 * i)
    }
    for i in 0..<12 { put(srow[i].bitPattern, 280 + 4 * i) }
    b.replaceSubrange(344..<344 + magic.utf8.count, with: magic.utf8)
    return b
  }

  var file: [UInt8] { header + flag + voxels }
}
