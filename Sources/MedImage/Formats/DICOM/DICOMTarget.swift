import MedVoxel

/// The memory that decoded planes go to: stored values, or real ones in single precision.
struct DICOMTarget: @unchecked Sendable {
  // SAFETY: every plane has one writer, and planes lie apart.
  private let base: UnsafeMutableRawPointer
  private let header: ImageHeader
  private let isReal: Bool

  init(header: ImageHeader, base: UnsafeMutableRawPointer, isReal: Bool) {
    (self.header, self.base, self.isReal) = (header, base, isReal)
  }

  private var planeCount: Int { header.size.x * header.size.y }
  private var elementBytes: Int { isReal ? 4 : header.type.byteCount }

  /// The place of a component of a plane; planes count over K first, then over the volumes.
  private func start(_ place: Int, _ component: Int) -> UnsafeMutableRawPointer {
    let (volume, k) = place.quotientAndRemainder(dividingBy: header.size.z)
    let index = (volume * header.components.count + component) * header.size.z + k
    return base + index * planeCount * elementBytes
  }

  /// The plane's memory, where samples can be decoded right into it.
  func plane(
    _ place: Int, holding format: DICOMFormat, _ rescale: Rescale, _ isCommon: Bool
  ) -> UnsafeMutableRawBufferPointer? {
    let type = isReal ? .float32 : header.type
    guard format.samples == 1, header.components == .scalar, format.type == type,
      format.planeCount == planeCount,
      isReal ? rescale.isIdentity : isCommon || rescale.isIdentity
    else { return nil }
    return UnsafeMutableRawBufferPointer(start: start(place, 0), count: planeCount * elementBytes)
  }

  /// - Parameter rescale: applied to the values; nil: that of the header, for real values.
  func put(
    _ bytes: UnsafeRawBufferPointer, _ type: VoxelType, _ samples: Int, at place: Int, rescale: Rescale?
  ) throws(ImageError) {
    guard samples == header.components.count, bytes.count >= planeCount * samples * type.byteCount,
      let from = bytes.baseAddress
    else { throw ImageError("a frame has another size than the image") }
    guard samples > 1 else { return convert(from, type, to: start(place, 0), rescale) }
    let planes = try RawBytes(count: planeCount * samples * type.byteCount, for: header.format)
    guard let apart = planes.mutable.baseAddress else { return }
    FileVoxels.deinterleave(
      from: from, elementBytes: type.byteCount, components: samples, count: planeCount, into: apart,
      plane: planeCount)
    for component in 0..<samples {
      convert(
        apart + component * planeCount * type.byteCount, type, to: start(place, component), rescale)
    }
    withExtendedLifetime(planes) {}
  }

  private func convert(
    _ source: UnsafeRawPointer, _ type: VoxelType, to target: UnsafeMutableRawPointer, _ rescale: Rescale?
  ) {
    if isReal || header.type == .float32 {
      let applied = rescale ?? (isReal ? header.rescale : .identity)
      FileVoxels.floats(
        from: source, type: type, count: planeCount, rescale: applied,
        into: target.assumingMemoryBound(to: Float.self))
    } else if type == header.type {
      target.copyMemory(from: source, byteCount: planeCount * elementBytes)
    } else {
      widen(source, type, to: target)
    }
  }

  /// Values of a smaller type.
  private func widen(_ source: UnsafeRawPointer, _ type: VoxelType, to target: UnsafeMutableRawPointer) {
    func read<S: VoxelScalar>(_: S.Type) {
      func write<T: VoxelScalar>(_: T.Type) {
        let output = target.assumingMemoryBound(to: T.self)
        for index in 0..<planeCount {
          let value = source.loadUnaligned(fromByteOffset: index * MemoryLayout<S>.size, as: S.self)
          output[index] = T(nearest: value.doubleValue)
        }
      }
      switch header.type {
      case .uint8: write(UInt8.self)
      case .int8: write(Int8.self)
      case .uint16: write(UInt16.self)
      case .int16: write(Int16.self)
      case .uint32: write(UInt32.self)
      case .int32: write(Int32.self)
      case .uint64: write(UInt64.self)
      case .int64: write(Int64.self)
      case .float32: write(Float.self)
      case .float64: write(Double.self)
      }
    }
    switch type {
    case .uint8: read(UInt8.self)
    case .int8: read(Int8.self)
    case .uint16: read(UInt16.self)
    case .int16: read(Int16.self)
    case .uint32: read(UInt32.self)
    case .int32: read(Int32.self)
    case .uint64: read(UInt64.self)
    case .int64: read(Int64.self)
    case .float32: read(Float.self)
    case .float64: read(Double.self)
    }
  }
}
