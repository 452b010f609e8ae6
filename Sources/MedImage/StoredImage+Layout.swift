import MedVoxel

extension StoredImage {
  /// The same real values without a scaling, for formats that have none.
  ///
  /// - Parameter type: the type to store; nil keeps the image's own where that holds the values, and takes the
  ///   smallest wider one otherwise.
  /// - Throws: `ImageError` when the type can't hold the values.
  func unscaled(in type: VoxelType?, for format: String, at location: String) throws(ImageError)
    -> StoredImage
  {
    let image = try type.map { type throws(ImageError) in try converted(to: type) } ?? self
    let rescale = image.header.rescale
    guard !rescale.isIdentity else { return image }
    let range = image.voxels.range()
    let (a, b) = (rescale(range.lowest), rescale(range.highest))
    let isWhole =
      range.isWhole && range.isFinite && rescale.slope == rescale.slope.rounded()
      && rescale.intercept == rescale.intercept.rounded()
    let isWide = image.voxels.type.byteCount == 8 || (image.voxels.type.byteCount == 4 && range.isWhole)
    let candidates = type.map { [$0] } ?? [image.voxels.type, .int16, .int32, isWide ? .float64 : .float32]
    let fitting = candidates.first { candidate in
      candidate == .float32 || candidate == .float64
        || (isWhole && candidate.holds(min(a, b)) && candidate.holds(max(a, b)))
    }
    guard let fitting else {
      throw ImageError(
        "values from \(min(a, b)) to \(max(a, b)) don't fit into \(candidates[0].rawValue) without a scaling, "
          + "and \(format) has none", at: location, remedy: "choose another type, such as float32",
        cause: .usage)
    }
    var header = image.header
    (header.type, header.rescale) = (fitting, .identity)
    return StoredImage(header: header, voxels: image.voxels.mapped(to: fitting, rescale))
  }

  /// The elements as files have them: with the channels of a voxel side by side, or with all channels after
  /// the axes.
  ///
  /// Colors are the first of the channels in memory, a vector's components the last.
  func arranged(channelsFirst: Bool) -> StoredVoxels {
    guard channelsFirst else { return voxels }
    if header.components.count > 1 { return interleavedVoxels() }
    let outer = Array(header.shape.dropFirst(3))
    let size = header.size
    let channels = outer.last ?? 1
    let axes = [size.x, size.y, size.z, outer.dropLast().reduce(1, *), channels]
    let rearranging = AxisRearranging(
      axes: axes, order: [4, 0, 1, 2, 3], type: voxels.type, isSwapped: false)
    return .filled(type: voxels.type, channels: voxels.channels, size: voxels.size) { target in
      voxels.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        rearranging.run(from: from, into: to)
      }
    }
  }
}
