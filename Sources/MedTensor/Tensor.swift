internal import CTorch
internal import CVoxelKernels

/// An array of numbers of any rank, on any device, with a gradient where one is wanted.
///
/// A tensor is a reference: copies of the value, and views (`reshaped`, `narrowed`, `transposed` …), name the same
/// memory. Operations make new tensors; the few that write in place say so in their name, and refuse memory
/// that belongs to an image.
///
/// - Shape: networks use `[N, C, D, H, W]`. Axes may be counted from the end with negative numbers.
/// - Failure: every operation throws `TensorError` with the operands' shapes.
public struct Tensor: Sendable {
  let handle: TensorHandle

  init(handle: TensorHandle) { self.handle = handle }

  var pointer: OpaquePointer { handle.pointer }

  /// The sizes along the axes.
  public var shape: [Int] {
    [Int](unsafeUninitializedCapacity: rank) { buffer, count in
      if let base = buffer.baseAddress { ct_shape(pointer, base) }
      count = rank
    }
  }

  /// Distances between neighbours along each axis, in elements.
  public var strides: [Int] {
    [Int](unsafeUninitializedCapacity: rank) { buffer, count in
      if let base = buffer.baseAddress { ct_strides(pointer, base) }
      count = rank
    }
  }

  /// The number of axes.
  public var rank: Int { Int(ct_rank(pointer)) }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  public var dtype: DType { DType(ct_tensor_dtype(pointer)) ?? .uint8 }

  public var device: Device {
    let code = ct_tensor_device(pointer)
    switch code.kind {
    case CT_CUDA: return .cuda(Int(code.index))
    case CT_MPS: return .mps
    default: return .cpu
    }
  }

  /// Whether the memory belongs to an image; such a tensor can't be written.
  public var isBorrowed: Bool { ct_is_borrowed(pointer) }

  /// Whether the two name the same memory.
  public func sharesMemory(with other: Tensor) -> Bool { ct_shares_memory(pointer, other.pointer) }

  /// "float32 [1, 2, 3]".
  public var summary: String { "\(dtype.rawValue) \(shape)" }

  /// The size along an axis, which may be negative.
  public func size(_ axis: Int) throws(TensorError) -> Int {
    let shape = shape
    let index = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(index) else {
      throw TensorError("axis \(axis) does not exist in \(summary)")
    }
    return shape[index]
  }
}

/// One reference to a tensor of the engine.
final class TensorHandle: @unchecked Sendable {
  // SAFETY: the pointer never changes; the engine's reference counts are atomic, and reading a tensor from
  // several threads is allowed. Writing in place while another thread reads is the caller's responsibility, as
  // the operations that do so state.
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ct_tensor_release(pointer) }
}

/// The engine takes its large blocks from the cache of the voxel buffers; looked at before each operation.
private let sharesMemory: Void = ct_use_blocks(vk_block_take, vk_block_give)

/// Runs one function of the engine that makes a tensor.
func produce(
  _ operation: String, _ operands: [Tensor] = [], _ body: (UnsafeMutablePointer<OpaquePointer?>) -> ct_status
) throws(TensorError) -> Tensor {
  sharesMemory
  var out: OpaquePointer?
  let status = body(&out)
  guard status == CT_OK, let out else { throw TensorError(status, in: operation, operands: operands) }
  return Tensor(handle: TensorHandle(out))
}

/// Runs one function of the engine that makes nothing.
func perform(_ operation: String, _ operands: [Tensor] = [], _ body: () -> ct_status) throws(TensorError) {
  let status = body()
  guard status == CT_OK else { throw TensorError(status, in: operation, operands: operands) }
}

/// Calls the body with the tensors' pointers; the tensors live until it returns.
func withPointers<Result>(_ tensors: [Tensor], _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Result)
  -> Result
{
  var pointers = tensors.map { Optional($0.pointer) }
  if pointers.isEmpty { pointers.append(nil) }
  return withExtendedLifetime(tensors) {
    pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}

extension Tensor: CustomStringConvertible {
  public var description: String { "Tensor(\(summary), \(device))" }
}
