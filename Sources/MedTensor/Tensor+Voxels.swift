internal import CTorch
public import MedVoxel

extension VoxelScalar where Self: TensorScalar {
  fileprivate static var code: ct_dtype { dtype.code }
}

extension Tensor {
  /// The voxels as `[C, I, J, K]`, without a copy: the tensor keeps the buffer's memory alive and never writes it.
  ///
  /// - Complexity: O(1). The strides are the buffer's (I is the fastest axis), so the tensor is not contiguous.
  public init<Element: VoxelScalar & TensorScalar>(borrowing voxels: VoxelBuffer<Element>) throws(TensorError)
  {
    let (owner, address) = voxels.sharedMemory
    let retained = Unmanaged.passRetained(owner)
    let strides = voxels.strides
    let sizes = [voxels.channels, voxels.size.x, voxels.size.y, voxels.size.z]
    self = try produce("borrowing voxels") {
      ct_from_memory(
        address, sizes, [strides.channel, strides.i, strides.j, strides.k], 4, Element.dtype.code,
        retained.toOpaque(), { owner in if let owner { Unmanaged<AnyObject>.fromOpaque(owner).release() } },
        $0)
    }
  }

  /// The voxels as `[C, I, J, K]` in C order, in memory of the tensor's own.
  public init<Element: VoxelScalar & TensorScalar>(copying voxels: VoxelBuffer<Element>) throws(TensorError) {
    let copy = try Tensor(borrowing: voxels).contiguous()
    self = copy.isBorrowed ? try copy.cloned() : copy
  }
}

extension VoxelBuffer where Element: TensorScalar {
  /// The elements of a tensor `[C, I, J, K]` (or `[C, I, J]`), converted to the element type and copied.
  public init(_ tensor: Tensor) throws(TensorError) {
    var shape = tensor.shape
    guard shape.count == 3 || shape.count == 4 else {
      throw TensorError(
        "expected a tensor [C, I, J, K], found \(tensor.summary)", at: "voxels from a tensor",
        remedy: "select one sample of the batch first")
    }
    // The buffer's fastest axis is I; in C order that is the transposed tensor.
    let axes = [0] + (1..<shape.count).reversed()
    if shape.count == 3 { shape.append(1) }
    let source = try tensor.detached().transposed(axes)
    let size = GridSize(shape[1], shape[2], shape[3])
    try self.init(channels: shape[0], size: size) { (memory) throws(TensorError) in
      try perform("voxels from a tensor", [tensor]) {
        ct_copy_out(
          source.pointer, Element.dtype.code, memory.baseAddress, memory.count * Element.dtype.byteCount)
      }
    }
  }
}

extension Tensor {
  /// The elements in place: the first one, and with `strides` the way to the others.
  ///
  /// - Throws: `TensorError` unless the tensor is float32 on the CPU.
  public func withFloats<Result>(_ body: (UnsafePointer<Float>) throws -> Result) throws -> Result {
    guard dtype == .float32, device == .cpu, let data = ct_data(pointer) else {
      throw TensorError("expected float32 on the CPU, found \(summary) on \(device)")
    }
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafePointer(data.assumingMemoryBound(to: Float.self)))
  }
}
