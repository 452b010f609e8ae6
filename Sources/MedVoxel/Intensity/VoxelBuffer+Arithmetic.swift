import CVoxelKernels

extension VoxelBuffer where Element == Float {
  /// `x ← clamp((x − offset) · factor + shift)`, in single precision as written, in place when unshared.
  ///
  /// - Parameters:
  ///   - limits: What the result is clipped to; NaN stays NaN.
  ///   - channels: Which channels; all by default.
  ///   - region: Voxels outside it keep their value. It is judged before rescaling.
  /// - Complexity: one pass at memory speed.
  public mutating func rescale(
    subtracting offset: Float, multiplyingBy factor: Float, adding shift: Float = 0,
    limits: ClosedRange<Float> = -.infinity ... .infinity, of channels: Range<Int>? = nil,
    in region: VoxelRegion = .all
  ) {
    updatePieces(of: channels, in: region) { data, count, mask, _ in
      vk_rescale_f32(
        data, Int64(count), region.code, mask, offset, factor, shift, limits.lowerBound, limits.upperBound)
    }
  }

  /// `x ← ((x − offset) · factor)^exponent · scale + shift`, computed in double; a negative base counts as 0.
  public mutating func applyPower(
    _ exponent: Double, subtracting offset: Double = 0, multiplyingBy factor: Double = 1,
    scaledBy scale: Double = 1, adding shift: Double = 0, of channels: Range<Int>? = nil
  ) {
    updatePieces(of: channels) { data, count, _, _ in
      vk_power_f32(data, Int64(count), offset, factor, exponent, scale, shift)
    }
  }

  /// `x ← e^x`.
  public mutating func exponentiate() {
    updatePieces(of: nil) { data, count, _, _ in vk_exp_f32(data, Int64(count)) }
  }

  /// `x ← x · y`; a `y` of one channel serves every channel.
  /// - Precondition: the shapes agree.
  public mutating func multiply(by other: VoxelBuffer<Float>) {
    combine(with: other) { vk_multiply_f32($0, $1, $2) }
  }

  /// `x ← x + factor · y`; a `y` of one channel serves every channel.
  /// - Precondition: the shapes agree.
  public mutating func add(_ other: VoxelBuffer<Float>, times factor: Float = 1) {
    combine(with: other) { vk_add_scaled_f32($0, $1, factor, $2) }
  }

  /// `x ← √(x² + y²)`.
  /// - Precondition: the shapes agree.
  public mutating func combineMagnitude(with other: VoxelBuffer<Float>) {
    combine(with: other) { vk_magnitude_f32($0, $1, $2) }
  }

  /// Adds independent normal noise to each voxel.
  ///
  /// - Randomness: voxel `v` (counted over all channels) gets a number that depends on the stream's key and `v`
  ///   alone; the stream is not advanced, so use a fresh `stream(_:)` for each purpose.
  public mutating func addNormalNoise(deviation: Float, mean: Float = 0, from stream: RandomStream) {
    let key = stream.key
    updatePieces(of: nil) { data, count, _, first in
      vk_normal_f32(data, Int64(first), Int64(count), key, 1, mean, deviation)
    }
  }

  /// Independent normal numbers, each a function of the stream's key and the voxel's index.
  public init(
    channels: Int = 1, size: GridSize, normalNoise stream: RandomStream, mean: Float = 0, deviation: Float = 1
  ) {
    self.init(uninitializedChannels: channels, size: size)
    let key = stream.key
    updatePieces(of: nil) { data, count, _, first in
      vk_normal_f32(data, Int64(first), Int64(count), key, 0, mean, deviation)
    }
  }

  /// Independent uniform numbers in `lower ..< upper`, each a function of the stream's key and the voxel's index.
  public init(
    channels: Int = 1, size: GridSize, uniformNoise stream: RandomStream, from lower: Float = 0,
    to upper: Float = 1
  ) {
    self.init(uninitializedChannels: channels, size: size)
    let key = stream.key
    updatePieces(of: nil) { data, count, _, first in
      vk_uniform_f32(data, Int64(first), Int64(count), key, lower, upper)
    }
  }

  /// Calls `body` with pieces of memory, the mask beside each, and each piece's first index over all channels.
  mutating func updatePieces(
    of channels: Range<Int>?, in region: VoxelRegion = .all,
    _ body: @Sendable (UnsafeMutablePointer<Float>, Int, UnsafePointer<UInt8>?, Int) -> Void
  ) {
    let channels = channels ?? 0..<self.channels
    precondition(
      channels.lowerBound >= 0 && channels.upperBound <= self.channels, "no such channel")
    let voxels = voxelCount
    guard voxels > 0, !channels.isEmpty else { return }
    makeUnique()
    let start = channels.lowerBound * voxels
    let chunk = 1 << 16
    // SAFETY: pieces are disjoint.
    nonisolated(unsafe) let base = storage.base
    var mask: VoxelBuffer<UInt8>?
    if case .mask(let buffer) = region { mask = buffer }
    guard let mask else {
      Parallel.forEachChunk(of: channels.count * voxels, chunk: chunk) { range in
        body(base + start + range.lowerBound, range.count, nil, start + range.lowerBound)
      }
      return
    }
    precondition(
      mask.size == size && (mask.channels == 1 || mask.channels == self.channels),
      "the mask has another shape")
    // SAFETY: only read.
    nonisolated(unsafe) let maskBase = UnsafePointer(mask.storage.base)
    for channel in channels {
      let maskStart = mask.channels == 1 ? 0 : channel * voxels
      Parallel.forEachChunk(of: voxels, chunk: chunk) { range in
        let first = channel * voxels + range.lowerBound
        body(base + first, range.count, maskBase + maskStart + range.lowerBound, first)
      }
    }
    withExtendedLifetime(mask.storage) {}
  }

  private mutating func combine(
    with other: VoxelBuffer<Float>,
    _ body: @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int64) -> Void
  ) {
    precondition(
      other.size == size && (other.channels == 1 || other.channels == channels), "the shapes differ")
    let shared = other.channels == 1 && channels > 1
    let voxels = voxelCount
    // SAFETY: only read; a write to memory shared with `other` copies first.
    nonisolated(unsafe) let source = UnsafePointer(other.storage.base)
    for channel in 0..<channels {
      updatePieces(of: channel..<channel + 1) { data, count, _, first in
        body(data, source + (shared ? first - channel * voxels : first), Int64(count))
      }
    }
    withExtendedLifetime(other.storage) {}
  }
}
