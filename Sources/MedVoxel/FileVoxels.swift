import CVoxelKernels

/// A linear map from stored to real values: `value · slope + intercept`.
public struct Rescale: Hashable, Codable, Sendable {
  public var slope: Double
  public var intercept: Double

  public static let identity = Rescale(slope: 1, intercept: 0)

  public init(slope: Double, intercept: Double) {
    self.slope = slope
    self.intercept = intercept
  }

  public var isIdentity: Bool { slope == 1 && intercept == 0 }

  public func callAsFunction(_ value: Double) -> Double { value * slope + intercept }
}

/// The voxel types of files to the types in memory at the speed of memory.
///
/// Every function is one pass over `count` elements on the calling thread; callers split the work. Pointers
/// into files need no alignment.
public enum FileVoxels {
  /// Real values in single precision, computed in double precision.
  public static func floats(
    from source: UnsafeRawPointer, type: VoxelType, isSwapped: Bool = false, count: Int,
    rescale: Rescale = .identity, into destination: UnsafeMutablePointer<Float>
  ) {
    vk_to_f32(
      source, type.code, isSwapped ? 1 : 0, Int64(count), rescale.slope, rescale.intercept, destination)
  }

  /// The same values in this machine's byte order.
  public static func native(
    from source: UnsafeRawPointer, type: VoxelType, isSwapped: Bool, count: Int,
    into destination: UnsafeMutableRawPointer
  ) {
    if isSwapped {
      vk_swap_copy(source, type.byteCount, count, destination)
    } else {
      destination.copyMemory(from: source, byteCount: count * type.byteCount)
    }
  }

  /// Groups of `components` elements to planes that start `plane` elements apart.
  public static func deinterleave(
    from source: UnsafeRawPointer, elementBytes: Int, components: Int, count: Int,
    into destination: UnsafeMutableRawPointer, plane: Int
  ) {
    vk_deinterleave(source, elementBytes, components, count, destination, plane)
  }

  /// Planes that start `plane` elements apart to groups of `components` elements.
  public static func interleave(
    from source: UnsafeRawPointer, elementBytes: Int, components: Int, count: Int,
    into destination: UnsafeMutableRawPointer, plane: Int
  ) {
    vk_interleave(source, elementBytes, components, count, destination, plane)
  }

  /// Class numbers. Stops at the first value that is no whole number from 0 to 65,535 and returns its index;
  /// nil when all are.
  public static func labels(
    from source: UnsafeRawPointer, type: VoxelType, count: Int, rescale: Rescale = .identity,
    into destination: UnsafeMutablePointer<UInt16>
  ) -> Int? {
    let converted = vk_to_labels(
      source, type.code, count, rescale.slope, rescale.intercept, destination)
    return converted == count ? nil : converted
  }
}
