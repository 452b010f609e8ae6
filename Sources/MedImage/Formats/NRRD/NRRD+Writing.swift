public import Foundation
import MedVoxel

extension NRRD {
  /// Writes `.nrrd` in LPS, or `.nhdr` with the voxels beside it; with gzip unless the options say `none`.
  ///
  /// The colors of a voxel and the parts of complex numbers are the first axis, channels and time the last.
  ///
  /// - Throws: `ImageError` for a scaling that the stored type can't take in.
  public static func write(
    _ image: StoredImage, to url: URL, options: WriteOptions = WriteOptions()
  ) throws(ImageError) {
    let image = try image.unscaled(in: options.type, for: name, at: url.path)
    let elements = image.interleavedVoxels()
    try elements.withUnsafeBytes { bytes throws(ImageError) in
      let level = options.compression
      let packed = level == .none ? nil : try Deflate.compressed(bytes, level: level, isGzip: true)
      let voxels = DetachedVoxels(header: url, suffix: ".nhdr", end: packed == nil ? ".raw" : ".raw.gz")
      let head = text(image.header, isPacked: packed != nil, data: voxels?.name)
      try DetachedVoxels.write(head, packed: packed, bytes, to: url, voxels)
    }
  }

  private static func text(_ header: ImageHeader, isPacked: Bool, data: String?) -> String {
    let (size, affine) = (header.size, header.affine)
    func vector(_ v: SIMD3<Double>) -> String { "(\(-v.x + 0),\(-v.y + 0),\(v.z + 0))" }
    var sizes = [size.x, size.y, size.z]
    var kinds = ["domain", "domain", "domain"]
    var directions = [vector(affine.columns.i), vector(affine.columns.j), vector(affine.columns.k)]
    var (spacings, units) = (["nan", "nan", "nan"], ["\"\"", "\"\"", "\"\""])
    for (index, axis) in header.shape.dropFirst(3).enumerated() where axis > 1 {
      let step = index == 0 ? header.timeStep : nil
      sizes.append(axis)
      kinds.append("list")
      directions.append("none")
      spacings.append(step.map { "\($0)" } ?? "nan")
      units.append(step == nil ? "\"\"" : "\"s\"")
    }
    let kind = [ImageHeader.Components.rgb: "RGB-color", .rgba: "RGBA-color", .complex: "complex"]
    if let kind = kind[header.components] {
      sizes.insert(header.components.count, at: 0)
      kinds.insert(kind, at: 0)
      directions.insert("none", at: 0)
      spacings.insert("nan", at: 0)
      units.insert("\"\"", at: 0)
    }
    var lines = ["NRRD0004", "type: \(typeName(header.type))", "dimension: \(sizes.count)"]
    lines += ["space: left-posterior-superior", "sizes: " + sizes.map(String.init).joined(separator: " ")]
    lines.append("space directions: " + directions.joined(separator: " "))
    lines.append("kinds: " + kinds.joined(separator: " "))
    if header.timeStep != nil, header.shape.count > 3 {
      lines += ["spacings: " + spacings.joined(separator: " "), "units: " + units.joined(separator: " ")]
    }
    lines.append("endian: \(isHostBigEndian ? "big" : "little")")
    lines.append("encoding: \(isPacked ? "gzip" : "raw")")
    lines.append("space origin: \(vector(affine.origin))")
    // The end of a header with its voxels elsewhere is the file's own.
    lines += data.map { ["data file: \($0)", ""] } ?? ["", ""]
    return lines.joined(separator: "\n")
  }

  private static func typeName(_ type: VoxelType) -> String {
    switch type {
    case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64: type.rawValue
    case .float32: "float"
    case .float64: "double"
    }
  }
}
