/// A type that voxels can have.
public protocol VoxelScalar: Hashable, Comparable, Sendable, Numeric {
  static var voxelType: VoxelType { get }
  /// The nearest value of this type: rounded half to even, saturated at the ends of the range; NaN is 0 in
  /// integer types.
  init(nearest value: Double)
  var doubleValue: Double { get }
}

/// The name of a voxel type, as files and records spell it.
public enum VoxelType: String, Codable, Hashable, Sendable, CaseIterable {
  case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

  public var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}

extension FixedWidthInteger {
  @inlinable init(saturating value: Double) {
    let rounded = value.rounded(.toNearestOrEven)
    if rounded.isNaN {
      self = 0
    } else if rounded >= Double(Self.max) {
      self = .max
    } else if rounded <= Double(Self.min) {
      self = .min
    } else {
      self = Self(rounded)
    }
  }
}

extension VoxelScalar where Self: FixedWidthInteger {
  @inlinable public init(nearest value: Double) { self.init(saturating: value) }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension UInt8: VoxelScalar { public static var voxelType: VoxelType { .uint8 } }
extension Int8: VoxelScalar { public static var voxelType: VoxelType { .int8 } }
extension UInt16: VoxelScalar { public static var voxelType: VoxelType { .uint16 } }
extension Int16: VoxelScalar { public static var voxelType: VoxelType { .int16 } }
extension UInt32: VoxelScalar { public static var voxelType: VoxelType { .uint32 } }
extension Int32: VoxelScalar { public static var voxelType: VoxelType { .int32 } }
extension UInt64: VoxelScalar { public static var voxelType: VoxelType { .uint64 } }
extension Int64: VoxelScalar { public static var voxelType: VoxelType { .int64 } }

extension Float: VoxelScalar {
  public static var voxelType: VoxelType { .float32 }
  @inlinable public init(nearest value: Double) { self = Float(value) }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension Double: VoxelScalar {
  public static var voxelType: VoxelType { .float64 }
  @inlinable public init(nearest value: Double) { self = value }
  @inlinable public var doubleValue: Double { self }
}
