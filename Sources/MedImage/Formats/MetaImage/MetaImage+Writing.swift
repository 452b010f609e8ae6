public import Foundation
import MedVoxel

extension MetaImage {
  /// Writes `.mha`, or `.mhd` with the voxels beside it in `.raw` or `.zraw`; compressed unless the options say
  /// `none`.
  ///
  /// Channels become those of a voxel; a fourth axis with a time step stays an axis.
  ///
  /// - Throws: `ImageError` for what the format can't hold: complex voxels, a scaling that the stored type can't
  ///   take in, axes beyond time and channels.
  public static func write(
    _ image: StoredImage, to url: URL, options: WriteOptions = WriteOptions()
  ) throws(ImageError) {
    let image = try image.unscaled(in: options.type, for: name, at: url.path)
    let header = image.header
    guard header.components != .complex else {
      throw ImageError(
        "MetaImage has no complex voxels", at: url.path, remedy: "write .nii.gz or .npy", cause: .usage)
    }
    let layout = try PlainLayout(header, format: name, at: url.path)
    let elements = image.arranged(channelsFirst: layout.channels > 1)
    try elements.withUnsafeBytes { bytes throws(ImageError) in
      let packed =
        options.compression == .none ? nil : try Deflate.compressed(bytes, level: options.compression)
      let voxels = DetachedVoxels(header: url, suffix: ".mhd", end: packed == nil ? ".raw" : ".zraw")
      let head = text(layout, header, packedCount: packed?.count, data: voxels?.name ?? "LOCAL")
      try DetachedVoxels.write(head, packed: packed, bytes, to: url, voxels)
    }
  }

  private static func text(_ layout: PlainLayout, _ header: ImageHeader, packedCount: Int?, data: String)
    -> String
  {
    func line(_ key: String, _ values: [some CustomStringConvertible]) -> String {
      "\(key) = \(values.map(\.description).joined(separator: " "))\n"
    }
    let dims = layout.axes.count
    let affine = header.affine
    let (spacing, direction) = (affine.spacing, affine.direction)
    var matrix: [Double] = []
    for (axis, column) in [direction.i, direction.j, direction.k].enumerated() {
      matrix += [-column.x, -column.y, column.z] + (dims > 3 ? [0] : [])
      if dims > 3, axis == 2 { matrix += [0, 0, 0, 1] }
    }
    let time = dims > 3 ? [header.timeStep ?? 1] : []
    let type = types.first { $0.type == header.type }?.name ?? "MET_OTHER"
    var text = "ObjectType = Image\n" + line("NDims", [dims]) + "BinaryData = True\n"
    text += "BinaryDataByteOrderMSB = \(isHostBigEndian ? "True" : "False")\n"
    text += "CompressedData = \(packedCount == nil ? "False" : "True")\n"
    if let packedCount { text += line("CompressedDataSize", [packedCount]) }
    // A zero must not show a sign.
    text += line("TransformMatrix", matrix.map { $0 + 0 })
    let origin = affine.origin
    text += line(
      "Offset", [-origin.x + 0, -origin.y + 0, origin.z] + (dims > 3 ? [0] : []))
    text += line("CenterOfRotation", [Int](repeating: 0, count: dims))
    text += line("ElementSpacing", [spacing.x, spacing.y, spacing.z] + time) + line("DimSize", layout.axes)
    if layout.channels > 1 { text += line("ElementNumberOfChannels", [layout.channels]) }
    return text + "ElementType = \(type)\nElementDataFile = \(data)\n"
  }
}

/// An image's axes for formats with three axes, time, and channels of a voxel.
struct PlainLayout {
  /// Three axes, or four with time.
  var axes: [Int]
  var channels: Int

  /// - Throws: `ImageError` when the image has other axes.
  init(_ header: ImageHeader, format: String, at location: String) throws(ImageError) {
    let size = header.size
    axes = [size.x, size.y, size.z]
    let outer = Array(header.shape.dropFirst(3))
    let components = header.components.count
    let hasTime = header.timeStep != nil || components > 1 || outer.count > 1
    channels = components
    switch outer.count {
    case 0: break
    case 1 where !hasTime: channels = outer[0]
    case 1: if outer[0] > 1 { axes.append(outer[0]) }
    case 2 where components == 1:
      if outer[0] > 1 { axes.append(outer[0]) }
      channels = outer[1]
    default:
      throw ImageError(
        "\(format) holds three axes, time and channels, found the shape \(header.shape)"
          + (components > 1 ? " of \(header.components.rawValue) voxels" : ""), at: location,
        remedy: "write .nii.gz, or split the image", cause: .usage)
    }
  }
}
