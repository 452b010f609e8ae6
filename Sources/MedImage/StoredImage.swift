import MedVoxel

/// An image exactly as its file has it: stored values in the stored type, and the header's facts.
///
/// Converting a file through this type loses nothing: an int16 scan stays int16, with its scaling.
public struct StoredImage: Hashable, Sendable {
  public var header: ImageHeader
  public var voxels: StoredVoxels

  /// - Precondition: header and voxels agree in type, size and channels.
  public init(header: ImageHeader, voxels: StoredVoxels) {
    precondition(
      header.type == voxels.type && header.size == voxels.size && header.channels == voxels.channels,
      "header and voxels disagree")
    self.header = header
    self.voxels = voxels
  }

  /// A scan in single precision.
  public init(_ image: ScalarImage) {
    let shape = [image.size.x, image.size.y, image.size.z] + (image.channels > 1 ? [image.channels] : [])
    self.init(
      header: ImageHeader(format: "memory", shape: shape, type: .float32, affine: image.affine),
      voxels: .float32(image.voxels))
  }

  /// A segmentation in the smallest unsigned type that holds its classes.
  public init(_ map: LabelMap) {
    let largest = map.voxels.withUnsafeBuffer { $0.max() ?? 0 }
    let size = map.size
    var header = ImageHeader(
      format: "memory", shape: [size.x, size.y, size.z], type: .uint16, affine: map.affine)
    guard largest <= 255 else {
      self.init(header: header, voxels: .uint16(map.voxels))
      return
    }
    header.type = .uint8
    let narrow = VoxelBuffer<UInt8>(size: size) { target in
      map.voxels.withUnsafeBuffer { source in
        for index in 0..<source.count { target[index] = UInt8(truncatingIfNeeded: source[index]) }
      }
    }
    self.init(header: header, voxels: .uint8(narrow))
  }

  /// Real values.
  public func scalarImage() -> ScalarImage {
    let header = header
    if header.rescale.isIdentity, case .float32(let voxels) = voxels {
      return ScalarImage(voxels: voxels, affine: header.affine)
    }
    let type = voxels.type
    let buffer = VoxelBuffer<Float>(channels: voxels.channels, size: voxels.size) { target in
      guard let out = target.baseAddress else { return }
      // SAFETY: the pieces write disjoint memory.
      nonisolated(unsafe) let output = out
      voxels.withUnsafeBytes { bytes in
        guard let input = bytes.baseAddress else { return }
        Parallel.forEachChunk(of: target.count, chunk: 1 << 16) { range in
          FileVoxels.floats(
            from: input + range.lowerBound * type.byteCount, type: type, count: range.count,
            rescale: header.rescale, into: output + range.lowerBound)
        }
      }
    }
    return ScalarImage(voxels: buffer, affine: header.affine)
  }
}
