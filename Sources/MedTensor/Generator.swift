internal import CTorch

/// A source of random numbers for tensors. There is no hidden default one.
///
/// A generator is a reference that advances with every draw; `state` and `restore` carry it through a checkpoint,
/// so that a resumed run draws the same numbers. Use one from one thread at a time.
public final class Generator: @unchecked Sendable {
  // SAFETY: the pointer never changes, and the engine locks the generator for every draw.
  let pointer: OpaquePointer
  public let device: Device

  public init(seed: UInt64, device: Device = .cpu) throws(TensorError) {
    try device.requireAvailable()
    var out: OpaquePointer?
    let status = ct_generator_create(device.code, seed, &out)
    guard status == CT_OK, let out else {
      throw TensorError(status, in: "a generator on \(device)", operands: [])
    }
    pointer = out
    self.device = device
  }

  deinit { ct_generator_release(pointer) }

  /// Everything that its next numbers follow from.
  public func state() throws(TensorError) -> [UInt8] {
    try produce("generator state") { ct_generator_state(pointer, $0) }.bytes()
  }

  /// Goes back to a state of a generator of the same device kind.
  public func restore(_ state: [UInt8]) throws(TensorError) {
    let tensor = try Tensor(state)
    try perform("restoring a generator", [tensor]) { ct_generator_restore(pointer, tensor.pointer) }
  }
}

extension Tensor {
  /// Independent normal numbers.
  public static func normal(
    _ shape: [Int], mean: Double = 0, deviation: Double = 1, dtype: DType = .float32,
    using generator: Generator
  ) throws(TensorError) -> Tensor {
    try produce("normal") {
      ct_normal(
        shape, Int32(shape.count), mean, deviation, dtype.code, generator.device.code, generator.pointer, $0)
    }
  }

  /// Independent numbers, uniform in `[low, high)`.
  public static func uniform(
    _ shape: [Int], low: Double = 0, high: Double = 1, dtype: DType = .float32, using generator: Generator
  ) throws(TensorError) -> Tensor {
    try produce("uniform") {
      ct_uniform(
        shape, Int32(shape.count), low, high, dtype.code, generator.device.code, generator.pointer, $0)
    }
  }

  /// Independent ones with that probability, else zeros.
  public static func bernoulli(
    _ shape: [Int], probability: Double, dtype: DType = .float32, using generator: Generator
  ) throws(TensorError) -> Tensor {
    try produce("bernoulli") {
      ct_bernoulli(
        shape, Int32(shape.count), probability, dtype.code, generator.device.code, generator.pointer, $0)
    }
  }

  /// The numbers `0..<count` in random order.
  public static func permutation(_ count: Int, using generator: Generator) throws(TensorError) -> Tensor {
    try produce("permutation") { ct_permutation(count, generator.pointer, $0) }
  }
}
