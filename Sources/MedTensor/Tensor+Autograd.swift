internal import CTorch

extension Tensor {
  /// Whether operations on this tensor are recorded for `backward`.
  public var requiresGradient: Bool { ct_requires_gradient(pointer) }

  /// Starts or stops recording; only floating-point leaves can.
  @discardableResult
  public func requiringGradient(_ value: Bool = true) throws(TensorError) -> Tensor {
    try perform("requiringGradient", [self]) { ct_set_requires_gradient(pointer, value) }
    return self
  }

  /// The gradient that `backward` left, if any.
  public func gradient() throws(TensorError) -> Tensor? {
    var out: OpaquePointer?
    let status = ct_gradient(pointer, &out)
    guard status == CT_OK else { throw TensorError(status, in: "gradient", operands: [self]) }
    return out.map { Tensor(handle: TensorHandle($0)) }
  }

  /// Replaces the gradient; `nil` forgets it.
  public func setGradient(_ gradient: Tensor?) throws(TensorError) {
    try perform("setGradient", [self]) { ct_set_gradient(pointer, gradient?.pointer) }
  }

  /// Adds the derivatives of this scalar to the gradients of all tensors it was computed from.
  /// - Parameter gradient: For a tensor that is no scalar, the derivative by each of its elements.
  public func backward(gradient: Tensor? = nil) throws(TensorError) {
    try perform("backward", [self]) { ct_backward(pointer, gradient?.pointer) }
  }

  /// The same memory without its history.
  public func detached() throws(TensorError) -> Tensor {
    try produce("detach", [self]) { ct_detach(pointer, $0) }
  }

  /// Gives every reference to this tensor another value, type or device, keeping the tensor's identity.
  public func replaceValue(with value: Tensor) throws(TensorError) {
    try perform("replaceValue", [self, value]) { ct_set_data(pointer, value.pointer) }
  }
}

/// Runs the body without recording for `backward`; on this thread only.
public func withoutGradient<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
  -> Result
{
  let former = ct_set_gradient_mode(false)
  defer { _ = ct_set_gradient_mode(former) }
  return try body()
}

/// Runs the body with recording, inside of `withoutGradient`; on this thread only.
public func withGradient<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
  -> Result
{
  let former = ct_set_gradient_mode(true)
  defer { _ = ct_set_gradient_mode(former) }
  return try body()
}

/// Runs the body in the engine's inference mode, which is a little faster than `withoutGradient`; tensors made
/// there can never take part in training. On this thread only.
public func inferring<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result
{
  let guardian = ct_inference_begin()
  defer { ct_inference_end(guardian) }
  return try body()
}

/// Numbers' precision in convolutions and matrix products.
public enum Precision: String, Codable, Hashable, Sendable, CaseIterable {
  /// 32-bit floating point throughout.
  case full
  /// Convolutions and matrix products in bfloat16; parameters, statistics and losses in 32 bits.
  case bfloat16
}

/// Runs the body with that precision; on this thread only. Run `backward` outside.
public func withPrecision<Result, Failure: Error>(
  _ precision: Precision, on device: Device = .cpu, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  guard precision == .bfloat16 else { return try body() }
  let guardian = ct_autocast_begin(device.code.kind, CT_BFLOAT16)
  defer { ct_autocast_end(guardian) }
  return try body()
}
