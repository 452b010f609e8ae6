public import MedVoxel

/// A part of an image: a box of its grid, and some of its channels.
public struct ImageRegion: Hashable, Sendable {
  public var box: GridBox
  public var channels: Range<Int>

  public init(box: GridBox, channels: Range<Int>) {
    self.box = box
    self.channels = channels
  }
}

extension OpenImage {
  /// Stored values of a part of the image.
  ///
  /// Formats whose voxels lie plainly in the file read only that part; under gzip, only what comes before it is
  /// inflated too. DICOM series decode only the slices that are needed, tiled pictures only the tiles.
  ///
  /// - Parameters:
  ///   - box: in voxels; the affine of the result is that of the box.
  ///   - channels: time points and components, as `ImageHeader.channels` counts them; nil: all.
  /// - Throws: `ImageError` when the region is empty or leaves the image, and as `stored()` does.
  public func stored(_ box: GridBox, channels: Range<Int>? = nil) throws(ImageError) -> StoredImage {
    let region = ImageRegion(box: box, channels: channels ?? 0..<header.channels)
    let components = header.components.count
    let whole = GridBox(size: header.size)
    guard !box.isEmpty, box.intersection(whole) == box else {
      throw ImageError(
        "expected a region inside of \(describe(header.size)) voxels, found \(describe(box.lower)) to "
          + "\(describe(box.upper))", at: location, cause: .usage)
    }
    guard !region.channels.isEmpty, region.channels.lowerBound >= 0,
      region.channels.upperBound <= header.channels,
      region.channels.lowerBound % components == 0, region.channels.upperBound % components == 0
    else {
      throw ImageError(
        "expected channels among \(header.channels)"
          + (components > 1 ? ", \(components) a voxel" : "") + ", found \(region.channels)", at: location,
        cause: .usage)
    }
    var part = header
    let size = box.size
    let volumes = region.channels.count / components
    part.shape = [size.x, size.y, size.z]
    if volumes == header.channels / components {
      part.shape += header.shape.dropFirst(3)
    } else if volumes > 1 || components > 1 {
      if volumes > 1 { part.shape.append(volumes) }
    }
    part.affine.origin = header.affine(
      [Double(box.lower.x), Double(box.lower.y), Double(box.lower.z)])
    return StoredImage(header: part, voxels: try voxels.stored(header, in: region))
  }
}

extension VoxelSource {
  /// Formats that can't do better read all of it.
  func stored(_ header: ImageHeader, in region: ImageRegion) throws(ImageError) -> StoredVoxels {
    try stored(header).cropped(to: region)
  }
}

extension StoredVoxels {
  func cropped(to region: ImageRegion) -> StoredVoxels {
    switch self {
    case .uint8(let v): .uint8(v.part(region))
    case .int8(let v): .int8(v.part(region))
    case .uint16(let v): .uint16(v.part(region))
    case .int16(let v): .int16(v.part(region))
    case .uint32(let v): .uint32(v.part(region))
    case .int32(let v): .int32(v.part(region))
    case .uint64(let v): .uint64(v.part(region))
    case .int64(let v): .int64(v.part(region))
    case .float32(let v): .float32(v.part(region))
    case .float64(let v): .float64(v.part(region))
    }
  }
}

extension VoxelBuffer {
  fileprivate func part(_ region: ImageRegion) -> VoxelBuffer {
    let (size, box) = (region.box.size, region.box)
    let whole = self.size
    return VoxelBuffer(channels: region.channels.count, size: size) { target in
      withUnsafeBuffer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        var written = 0
        for channel in region.channels {
          for k in box.lower.z..<box.upper.z {
            for j in box.lower.y..<box.upper.y {
              let start = ((channel * whole.z + k) * whole.y + j) * whole.x + box.lower.x
              (to + written).update(from: from + start, count: size.x)
              written += size.x
            }
          }
        }
      }
    }
  }
}
