public import MedVoxel

/// Voxels in the type that the file has.
public enum StoredVoxels: Hashable, Sendable {
  case uint8(VoxelBuffer<UInt8>)
  case int8(VoxelBuffer<Int8>)
  case uint16(VoxelBuffer<UInt16>)
  case int16(VoxelBuffer<Int16>)
  case uint32(VoxelBuffer<UInt32>)
  case int32(VoxelBuffer<Int32>)
  case uint64(VoxelBuffer<UInt64>)
  case int64(VoxelBuffer<Int64>)
  case float32(VoxelBuffer<Float>)
  case float64(VoxelBuffer<Double>)

  public func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    hasher.combine(channels)
    hasher.combine(size)
  }

  public var type: VoxelType { visit(TypeOf()) }
  public var channels: Int { visit(ChannelsOf()) }
  public var size: GridSize { visit(SizeOf()) }
  public var byteCount: Int { channels * size.voxelCount * type.byteCount }

  /// The elements' bytes in this machine's byte order, first axis fastest, channel slowest.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .uint8(let v): try v.withBytes(body)
    case .int8(let v): try v.withBytes(body)
    case .uint16(let v): try v.withBytes(body)
    case .int16(let v): try v.withBytes(body)
    case .uint32(let v): try v.withBytes(body)
    case .int32(let v): try v.withBytes(body)
    case .uint64(let v): try v.withBytes(body)
    case .int64(let v): try v.withBytes(body)
    case .float32(let v): try v.withBytes(body)
    case .float64(let v): try v.withBytes(body)
    }
  }

  /// Memory of a type known at run time, filled by the closure.
  ///
  /// - Parameter leadingBytes: room that the closure gets before the elements.
  static func filled<Failure: Error>(
    type: VoxelType, channels: Int, size: GridSize, leadingBytes: Int = 0,
    by fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) -> StoredVoxels {
    func buffer<T: VoxelScalar>(_: T.Type) throws(Failure) -> VoxelBuffer<T> {
      try VoxelBuffer(channels: channels, size: size, leadingBytes: leadingBytes, filledBy: fill)
    }
    return switch type {
    case .uint8: .uint8(try buffer(UInt8.self))
    case .int8: .int8(try buffer(Int8.self))
    case .uint16: .uint16(try buffer(UInt16.self))
    case .int16: .int16(try buffer(Int16.self))
    case .uint32: .uint32(try buffer(UInt32.self))
    case .int32: .int32(try buffer(Int32.self))
    case .uint64: .uint64(try buffer(UInt64.self))
    case .int64: .int64(try buffer(Int64.self))
    case .float32: .float32(try buffer(Float.self))
    case .float64: .float64(try buffer(Double.self))
    }
  }

  func visit<V: Visitor>(_ visitor: V) -> V.Result {
    switch self {
    case .uint8(let v): visitor.visit(v)
    case .int8(let v): visitor.visit(v)
    case .uint16(let v): visitor.visit(v)
    case .int16(let v): visitor.visit(v)
    case .uint32(let v): visitor.visit(v)
    case .int32(let v): visitor.visit(v)
    case .uint64(let v): visitor.visit(v)
    case .int64(let v): visitor.visit(v)
    case .float32(let v): visitor.visit(v)
    case .float64(let v): visitor.visit(v)
    }
  }

  /// Work that is the same for every voxel type.
  protocol Visitor {
    associatedtype Result
    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> Result
  }

  private struct TypeOf: Visitor {
    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> VoxelType { T.voxelType }
  }
  private struct ChannelsOf: Visitor {
    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> Int { voxels.channels }
  }
  private struct SizeOf: Visitor {
    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> GridSize { voxels.size }
  }
}

extension StoredVoxels {
  /// The stored value at a position in memory order.
  func value(at index: Int) -> Double { visit(ValueAt(index: index)) }

  private struct ValueAt: Visitor {
    var index: Int
    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> Double {
      voxels.withUnsafeBuffer { $0[index].doubleValue }
    }
  }
}

extension VoxelBuffer {
  fileprivate func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBuffer { elements throws(Failure) in try body(UnsafeRawBufferPointer(elements)) }
  }
}
