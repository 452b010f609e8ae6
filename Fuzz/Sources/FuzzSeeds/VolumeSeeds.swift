import Foundation

/// Small files of the research formats, put together by hand.
enum VolumeSeeds {
  static func write(to folder: URL) throws {
    try put(afni(types: [1, 1], factors: [0, 0]), "FuzzAFNI/same.HEAD", folder)
    try put(afni(types: [0, 3], factors: [0.5, 2]), "FuzzAFNI/mixed.HEAD", folder)
    for version in ["V4", "V4.1", "V4.2"] { try put(par(version), "FuzzPARREC/\(version).PAR", folder) }
    try put(ecat(), "FuzzECAT/a.v", folder)
  }

  private static func put(_ bytes: [UInt8], _ path: String, _ folder: URL) throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
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
}
