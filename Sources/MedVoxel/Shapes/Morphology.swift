import CVoxelKernels

extension VoxelBuffer where Element == UInt8 {
  /// 1 where the label map holds the label, 0 elsewhere.
  public init(_ labels: VoxelBuffer<UInt16>, equalTo label: UInt16) {
    self.init(uninitializedChannels: labels.channels, size: labels.size)
    // SAFETY: pieces are disjoint.
    nonisolated(unsafe) let (from, to) = (UnsafePointer(labels.storage.base), storage.base)
    Parallel.forEachChunk(of: labels.count, chunk: 1 << 17) { range in
      vk_equal_u16(from + range.lowerBound, Int64(range.count), label, to + range.lowerBound)
    }
    withExtendedLifetime(labels.storage) {}
  }

  /// How many voxels are not 0.
  public var setCount: Int {
    // SAFETY: only read.
    nonisolated(unsafe) let base = UnsafePointer(storage.base)
    let (total, chunk) = (count, 1 << 18)
    let parts = Parallel.map((total + chunk - 1) / chunk) {
      Int(vk_count_set_u8(base + $0 * chunk, Int64(min(chunk, total - $0 * chunk))))
    }
    withExtendedLifetime(storage) {}
    return parts.reduce(0, +)
  }

  /// The mask without the voxels that have a neighbor outside it.
  ///
  /// - Parameters:
  ///   - neighborhood: The structuring element: a cross (`.faces`) to a cube (`.corners`) of 3×3×3.
  ///   - isSetOutside: What lies beyond the volume; by default the mask erodes at the volume's border, as in
  ///     SciPy.
  /// - Precondition: the mask holds 0 and 1 only.
  public func eroded(
    _ neighborhood: Connectivity = .faces, iterations: Int = 1, isSetOutside: Bool = false
  ) -> VoxelBuffer<UInt8> {
    morphed(iterations) {
      vk_erode_u8($0, $1, $2, $3, Int32(neighborhood.rawValue), isSetOutside ? 1 : 0, $4)
    }
  }

  /// The mask with every neighbor of its voxels.
  /// - Precondition: the mask holds 0 and 1 only.
  public func dilated(
    _ neighborhood: Connectivity = .faces, iterations: Int = 1, isSetOutside: Bool = false
  ) -> VoxelBuffer<UInt8> {
    morphed(iterations) {
      vk_dilate_u8($0, $1, $2, $3, Int32(neighborhood.rawValue), isSetOutside ? 1 : 0, $4)
    }
  }

  /// Erosion, then dilation: bridges and specks vanish.
  public func opened(_ neighborhood: Connectivity = .faces, iterations: Int = 1) -> VoxelBuffer<UInt8> {
    eroded(neighborhood, iterations: iterations).dilated(neighborhood, iterations: iterations)
  }

  /// Dilation, then erosion: gaps and pits vanish. The border of the volume doesn't erode.
  public func closed(_ neighborhood: Connectivity = .faces, iterations: Int = 1) -> VoxelBuffer<UInt8> {
    dilated(neighborhood, iterations: iterations)
      .eroded(neighborhood, iterations: iterations, isSetOutside: true)
  }

  /// The mask with its cavities filled: zeros that no path of zeros connects to the volume's border.
  ///
  /// - Parameter connectivity: How zeros connect; with `.faces` a cavity may touch the outside by an edge.
  public func filledHoles(_ connectivity: Connectivity = .faces) -> VoxelBuffer<UInt8> {
    var result = self
    for channel in 0..<channels {
      let mask = channels == 1 ? self : selectingChannels([channel])
      let zeros = mask.zeroComponents(connectivity)
      let isHole =
        [false]
        + zeros.components.map { piece in
          (0..<3).allSatisfy { size[$0] == 1 || (piece.box.lower[$0] > 0 && piece.box.upper[$0] < size[$0]) }
        }
      guard isHole.contains(true) else { continue }
      let offset = channel * voxelCount
      zeros.map.withUnsafeBuffer { numbers in
        result.withUnsafeMutableBuffer { output in
          for i in numbers.indices where isHole[Int(numbers[i])] { output[offset + i] = 1 }
        }
      }
    }
    return result
  }

  /// The mask's surface: its voxels with a face neighbor outside it, where beyond the volume is outside.
  /// - Precondition: the mask holds 0 and 1 only.
  ///
  /// - Parameter isPlanar: Whether the third axis has no outside: each slice is an image of its own.
  public func surface(isPlanar: Bool = false) -> VoxelBuffer<UInt8> {
    var result = morphed(1) { vk_erode_u8($0, $1, $2, $3, isPlanar ? 4 : 6, 0, $4) }
    // SAFETY: pieces are disjoint.
    nonisolated(unsafe) let mask = UnsafePointer(storage.base)
    result.withUnsafeMutableBuffer { buffer in
      guard let start = buffer.baseAddress else { return }
      nonisolated(unsafe) let base = start
      Parallel.forEachChunk(of: buffer.count, chunk: 1 << 17) { range in
        vk_remove_inner_u8(mask + range.lowerBound, base + range.lowerBound, Int64(range.count))
      }
    }
    withExtendedLifetime(storage) {}
    return result
  }

  private func morphed(
    _ iterations: Int,
    _ step:
      @Sendable (
        UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>, UnsafePointer<Int64>, Int64,
        UnsafeMutablePointer<UInt8>?
      ) -> Void
  ) -> VoxelBuffer<UInt8> {
    var current = self
    for _ in 0..<max(iterations, 0) where voxelCount > 0 {
      let next = VoxelBuffer<UInt8>(uninitializedChannels: channels, size: size)
      // SAFETY: each call writes a slice of its own.
      nonisolated(unsafe) let (from, to) = (UnsafePointer(current.storage.base), next.storage.base)
      let extent = [Int64(size.x), Int64(size.y), Int64(size.z)]
      let (voxels, nz, nx) = (voxelCount, size.z, size.x)
      Parallel.forEach(channels * nz) { slice in
        let offset = slice / nz * voxels
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * (nx + 64)) { scratch in
          step(from + offset, to + offset, extent, Int64(slice % nz), scratch.baseAddress)
        }
      }
      withExtendedLifetime(current.storage) {}
      current = next
    }
    return current
  }
}
