import Foundation

/// Small files of the research formats, put together by hand.
enum VolumeSeeds {
  static func write(to folder: URL) throws {
    try put(afni(types: [1, 1], factors: [0, 0]), "AFNI/same.HEAD", folder)
    try put(afni(types: [0, 3], factors: [0.5, 2]), "AFNI/mixed.HEAD", folder)
    for version in ["V4", "V4.1", "V4.2"] { try put(par(version), "PARREC/\(version).PAR", folder) }
    try put(ecat(), "ECAT/a.v", folder)
    try put(minc(), "MINC/a.mnc", folder)
    try put(matlab(), "MATLAB/five.mat", folder)
    try put(
      [30, 2, 2, 0, 2].flatMap { little($0, 4) } + [97, 0] + [1, 0, 2, 0, 3, 0, 4, 0], "MATLAB/four.mat",
      folder)
    try put(HDF5Seeds.file(isChunked: false), "HDF5/plain.h5", folder)
    try put(HDF5Seeds.file(isChunked: true), "HDF5/chunks.h5", folder)
  }

  private static func put(_ bytes: [UInt8], _ path: String, _ folder: URL) throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  private static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  private static func afni(types: [Int], factors: [Double]) -> [UInt8] {
    func numbers(_ kind: String, _ name: String, _ values: [Double]) -> String {
      let list = values.map { kind == "integer" ? "\(Int($0))" : "\($0)" }.joined(separator: " ")
      return "\ntype = \(kind)-attribute\nname = \(name)\ncount = \(values.count)\n \(list)\n"
    }
    var text = numbers("integer", "DATASET_RANK", [3, Double(types.count)])
    text += numbers("integer", "DATASET_DIMENSIONS", [3, 2, 2, 0, 0])
    text += numbers("integer", "BRICK_TYPES", types.map { Double($0) })
    text += numbers("float", "BRICK_FLOAT_FACS", factors)
    text += numbers("float", "IJK_TO_DICOM_REAL", [2, 0, 0, -10, 0, 3, 0, -20, 0, 0, 4, -30])
    text +=
      numbers("integer", "TAXIS_NUMS", [2, 0, 77002]) + numbers("float", "TAXIS_FLOATS", [0, 3, 0, 0, 0])
    return Array(
      (text + "\ntype = string-attribute\nname = BYTEORDER_STRING\ncount = 10\n'LSB_FIRST~\n").utf8)
  }

  private static func par(_ version: String) -> [UInt8] {
    var text = "# === DATA DESCRIPTION FILE ===\n# Research image export tool     \(version)\n"
    text += ".    Max. number of slices/locations    :   2\n.    Repetition time [ms]   :   2000\n"
    text += ".    Angulation midslice(ap,fh,rl)[degr]:   1 2 3\n"
    text += ".    Off Centre midslice(ap,fh,rl) [mm] :   5 6 7\n"
    for slice in 1...2 {
      text += "  \(slice) 1 1 1 0 2 \(slice - 1) 16 100 3 2 0 \(slice) 2 0 0 0 0 0 0 0 0 3 1 0 1 0 0 2 2"
      text += " 30 0 0 0 1 90 0 0 0 1 0"
      if version != "V4" { text += " 1 1 8 0 0 0 0" }
      text += version == "V4.2" ? " 1\n" : "\n"
    }
    return Array(text.utf8)
  }

  private static func ecat() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 2048)
    func put(_ value: [UInt8], _ at: Int) { bytes.replaceSubrange(at..<at + value.count, with: value) }
    put(Array("MATRIX72".utf8), 0)
    put(big(UInt16(72)), 46)
    put(big(UInt16(7)), 50)
    put(big(Float(1).bitPattern), 144)
    put(big(UInt16(3)), 330)
    put([Int32(30), 2, 0, 1, 1, 3, 4, 1].flatMap { big($0) }, 512)
    put([UInt16(2), 3, 3, 2, 2].flatMap { big($0) }, 1024)
    for (offset, value) in [(26, Float(2)), (34, 0.1), (38, 0.2), (42, 0.3)] {
      put(big(value.bitPattern), 1024 + offset)
    }
    return bytes
  }

  /// Two by two by two bytes with a range for each slice.
  private static func minc() -> [UInt8] {
    func name(_ text: String) -> [UInt8] {
      big(UInt32(text.utf8.count)) + Array(text.utf8)
        + [UInt8](repeating: 0, count: (4 - text.utf8.count % 4) % 4)
    }
    func head(_ begin: UInt32) -> [UInt8] {
      var bytes = Array("CDF".utf8) + [1] + big(UInt32(0)) + big(UInt32(10)) + big(UInt32(3))
      for axis in ["zspace", "yspace", "xspace"] { bytes += name(axis) + big(UInt32(2)) }
      bytes += [UInt8](repeating: 0, count: 8) + big(UInt32(11)) + big(UInt32(4))
      bytes +=
        name("zspace") + big(UInt32(0)) + big(UInt32(12)) + big(UInt32(1)) + name("step") + big(UInt32(6))
      bytes += big(UInt32(1)) + big(2.5.bitPattern) + big(UInt32(4)) + big(UInt32(4)) + big(begin)
      bytes += name("image") + big(UInt32(3)) + [UInt32(0), 1, 2].flatMap { big($0) }
      bytes += big(UInt32(12)) + big(UInt32(1)) + name("signtype") + big(UInt32(2)) + name("unsigned")
      bytes += big(UInt32(1)) + big(UInt32(8)) + big(begin + 4)
      for (limit, offset) in [("image-max", UInt32(12)), ("image-min", 28)] {
        bytes += name(limit) + big(UInt32(1)) + big(UInt32(0)) + [UInt8](repeating: 0, count: 8)
        bytes += big(UInt32(6)) + big(UInt32(16)) + big(begin + offset)
      }
      return bytes
    }
    let voxels: [UInt8] = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    let limits: [Double] = [4, 5, 1, 2]
    let data = voxels + limits.flatMap { big($0.bitPattern) }
    return head(UInt32(head(0).count)) + data
  }

  /// A struct with an image, and a complex array.
  private static func matlab() -> [UInt8] {
    func element(_ type: UInt64, _ data: [UInt8]) -> [UInt8] {
      little(type, 4) + little(UInt64(data.count), 4) + data
        + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
    }
    func matrix(_ name: String, _ code: UInt64, _ rows: UInt64, _ rest: [UInt8]) -> [UInt8] {
      let shape = little(rows, 4) + little(2, 4)
      return element(
        14, element(6, little(code, 8)) + element(5, shape) + element(1, Array(name.utf8)) + rest)
    }
    let image = matrix("", 9, 2, element(2, [1, 2, 3, 4]))
    let field = Array("image".utf8) + [0, 0, 0]
    let names = little(5 | 4 << 16, 4) + little(8, 4) + element(1, field + field)
    var bytes = Array("MATLAB 5.0 MAT-file".utf8)
    bytes += [UInt8](repeating: 32, count: 124 - bytes.count) + [0, 1] + Array("IM".utf8)
    bytes += matrix("data", 2, 1, names + image + image + image + image)
    return bytes + matrix("z", 6 | 0x800, 1, element(2, [1, 2]) + element(1, [3, 4]))
  }
}
