internal import CTorch

extension Tensor {
  /// Elements in C order (last axis fastest), copied.
  public init<Scalar: TensorScalar>(_ elements: [Scalar], shape: [Int]? = nil) throws(TensorError) {
    let shape = shape ?? [elements.count]
    self = try produce("a tensor from elements") { out in
      elements.withUnsafeBytes {
        ct_from_bytes($0.baseAddress, $0.count, shape, Int32(shape.count), Scalar.dtype.code, out)
      }
    }
  }

  /// A scalar without axes.
  public init<Scalar: TensorScalar>(scalar: Scalar) throws(TensorError) {
    try self.init([scalar], shape: [])
  }

  /// Stored elements in C order and this machine's byte order, as checkpoint files hold them; copied.
  public init(bytes: UnsafeRawBufferPointer, dtype: DType, shape: [Int]) throws(TensorError) {
    self = try produce("a tensor from bytes") {
      ct_from_bytes(bytes.baseAddress, bytes.count, shape, Int32(shape.count), dtype.code, $0)
    }
  }

  /// Stored elements in C order and this machine's byte order, as checkpoint files hold them; copied.
  public init(bytes: [UInt8], dtype: DType, shape: [Int]) throws(TensorError) {
    self = try produce("a tensor from bytes") { out in
      bytes.withUnsafeBytes {
        ct_from_bytes($0.baseAddress, $0.count, shape, Int32(shape.count), dtype.code, out)
      }
    }
  }

  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
  ) throws(TensorError) -> Tensor {
    try device.requireAvailable()
    return try produce("full") { ct_full(shape, Int32(shape.count), value, dtype.code, device.code, $0) }
  }

  public static func zeros(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws(TensorError) -> Tensor {
    try full(shape, 0, dtype: dtype, device: device)
  }

  public static func ones(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws(TensorError) -> Tensor {
    try full(shape, 1, dtype: dtype, device: device)
  }

  /// Zeros with this tensor's shape, type, device and memory format.
  public func zerosLike() throws(TensorError) -> Tensor {
    let result = try detached().cloned()
    try result.fillInPlace(0)
    return result
  }

  /// `start`, `start + step`, … below `end`.
  public static func range(
    from start: Double = 0, to end: Double, by step: Double = 1, dtype: DType = .float32
  ) throws(TensorError) -> Tensor {
    try produce("range") { ct_arange(start, end, step, dtype.code, $0) }
  }
}

extension Tensor {
  /// The elements in C order, converted to the type and copied from any device.
  public func elements<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) throws(TensorError)
    -> [Scalar]
  {
    let total = count
    var status = CT_OK
    let result = [Scalar](unsafeUninitializedCapacity: total) { buffer, initialized in
      let bytes = total * Scalar.dtype.byteCount
      status = ct_copy_out(pointer, Scalar.dtype.code, buffer.baseAddress, bytes)
      initialized = status == CT_OK ? total : 0
    }
    guard status == CT_OK else { throw TensorError(status, in: "reading elements", operands: [self]) }
    return result
  }

  /// The elements in C order as `Float`.
  public func floats() throws(TensorError) -> [Float] { try elements(as: Float.self) }

  /// The elements' bytes in C order, in the tensor's own type.
  public func bytes() throws(TensorError) -> [UInt8] {
    let total = count * dtype.byteCount
    var status = CT_OK
    let result = [UInt8](unsafeUninitializedCapacity: total) { buffer, initialized in
      status = ct_copy_out(pointer, dtype.code, buffer.baseAddress, total)
      initialized = status == CT_OK ? total : 0
    }
    guard status == CT_OK else { throw TensorError(status, in: "reading bytes", operands: [self]) }
    return result
  }

  /// The elements in C order in memory of its own, which `owner` keeps alive and nobody else sees.
  public func copiedMemory() throws(TensorError) -> (owner: AnyObject, bytes: UnsafeRawBufferPointer) {
    let copy = try detached().to(.cpu).contiguous()
    let owned = copy.sharesMemory(with: self) ? try copy.cloned() : copy
    let count = owned.count * owned.dtype.byteCount
    return (owned.handle, UnsafeRawBufferPointer(start: ct_data(owned.pointer), count: count))
  }

  /// The value of a tensor with one element.
  public func item() throws(TensorError) -> Double {
    var value = 0.0
    try perform("item", [self]) { ct_item(pointer, &value) }
    return value
  }
}
