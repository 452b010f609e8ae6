import CVoxelKernels

extension VoxelBuffer {
  /// The voxels as floats, `slope · v + intercept` computed in double and rounded once.
  /// - Complexity: one pass at memory speed, over all threads.
  public func floats(slope: Double = 1, intercept: Double = 0) -> VoxelBuffer<Float> {
    if slope == 1, intercept == 0, let same = self as? VoxelBuffer<Float> { return same }
    let result = VoxelBuffer<Float>(uninitializedChannels: channels, size: size)
    VoxelBuffer.convertToFloat(
      UnsafeRawPointer(storage.base), Element.voxelType, count: count, slope: slope, intercept: intercept,
      into: result.storage.base)
    withExtendedLifetime(storage) {}
    return result
  }

  private static func convertToFloat(
    _ input: UnsafeRawPointer, _ type: VoxelType, count: Int, slope: Double, intercept: Double,
    into output: UnsafeMutablePointer<Float>
  ) {
    Parallel.forEachChunk(of: count, chunk: 1 << 17) { range in
      vk_to_f32(
        input + range.lowerBound * type.byteCount, type.code, 0, Int64(range.count), slope, intercept,
        output + range.lowerBound)
    }
  }
}

extension VoxelBuffer where Element == Float {
  /// Floats from raw memory in the machine's byte order (a file's content), `slope · v + intercept`.
  /// - Precondition: `bytes` holds `channels · size.voxelCount` elements of the type; they need no alignment.
  public init(
    channels: Int = 1, size: GridSize, converting bytes: UnsafeRawBufferPointer, of type: VoxelType,
    slope: Double = 1, intercept: Double = 0
  ) {
    self.init(uninitializedChannels: channels, size: size)
    precondition(bytes.count >= storage.count * type.byteCount, "the bytes don't fill the shape")
    guard storage.count > 0, let start = bytes.baseAddress else { return }
    let output = storage.base
    Parallel.forEachChunk(of: storage.count, chunk: 1 << 17) { range in
      vk_to_f32(
        start + range.lowerBound * type.byteCount, type.code, 0, Int64(range.count), slope, intercept,
        output + range.lowerBound)
    }
  }

  /// The voxels in another type: `slope · v + intercept`, rounded half to even, saturated; NaN is 0 in integer
  /// types.
  public func converted<Target: VoxelScalar>(
    to type: Target.Type, slope: Double = 1, intercept: Double = 0
  ) -> VoxelBuffer<Target> {
    if slope == 1, intercept == 0, let same = self as? VoxelBuffer<Target> { return same }
    let result = VoxelBuffer<Target>(uninitializedChannels: channels, size: size)
    let (input, output) = (storage.base, result.storage.base)
    Parallel.forEachChunk(of: count, chunk: 1 << 17) { range in
      vk_from_f32(
        input + range.lowerBound, Int64(range.count), slope, intercept, Target.voxelType.code,
        output + range.lowerBound)
    }
    withExtendedLifetime((storage, result.storage)) {}
    return result
  }
}

extension VoxelType {
  var code: Int32 {
    switch self {
    case .uint8: 0
    case .int8: 1
    case .uint16: 2
    case .int16: 3
    case .uint32: 4
    case .int32: 5
    case .uint64: 6
    case .int64: 7
    case .float32: 8
    case .float64: 9
    }
  }
}
