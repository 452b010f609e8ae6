internal import CTorch
internal import MedVoxel

// `axes: nil` reduces over all axes. `keepingAxes` leaves reduced axes with size 1.
extension Tensor {
  private func reduce(
    _ op: ct_reduction_op, _ axes: [Int]?, _ keep: Bool, _ name: String
  ) throws(TensorError) -> Tensor {
    if let axes, axes.isEmpty { return self }
    let axes = axes ?? []
    return try produce(name, [self]) { ct_reduce(op, pointer, axes, Int32(axes.count), keep, $0) }
  }

  public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_SUM, axes, keepingAxes, "sum")
  }
  public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_MEAN, axes, keepingAxes, "mean")
  }
  public func product(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_PRODUCT, axes, keepingAxes, "product")
  }
  public func largest(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_LARGEST, axes, keepingAxes, "largest")
  }
  public func smallest(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_SMALLEST, axes, keepingAxes, "smallest")
  }
  public func all(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_ALL, axes, keepingAxes, "all")
  }
  public func any(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_ANY, axes, keepingAxes, "any")
  }
  public func logSumExp(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce(CT_LOG_SUM_EXP, axes, keepingAxes, "logSumExp")
  }

  /// The variance, divided by `count − correction`.
  public func variance(
    axes: [Int]? = nil, correction: Double = 1, keepingAxes: Bool = false
  ) throws(TensorError) -> Tensor {
    let axes = axes ?? []
    return try produce("variance", [self]) {
      ct_variance(pointer, axes, Int32(axes.count), correction, keepingAxes, $0)
    }
  }

  /// The `order`-norm of the elements as one vector.
  public func norm(
    order: Double = 2, axes: [Int]? = nil, keepingAxes: Bool = false
  ) throws(TensorError) -> Tensor {
    let axes = axes ?? []
    return try produce("norm", [self]) { ct_norm(pointer, order, axes, Int32(axes.count), keepingAxes, $0) }
  }

  /// The index of the first largest element along the axis.
  public func argmax(axis: Int, keepingAxis: Bool = false) throws(TensorError) -> Tensor {
    try produce("argmax", [self]) { ct_argmax(pointer, axis, keepingAxis, $0) }
  }
  public func argmin(axis: Int, keepingAxis: Bool = false) throws(TensorError) -> Tensor {
    try produce("argmin", [self]) { ct_argmin(pointer, axis, keepingAxis, $0) }
  }
  public func cumulativeSum(axis: Int) throws(TensorError) -> Tensor {
    try produce("cumulativeSum", [self]) { ct_cumulative_sum(pointer, axis, $0) }
  }

  /// The `count` largest elements along the axis, largest first, and their indices.
  public func top(_ count: Int, axis: Int = -1) throws(TensorError) -> (values: Tensor, indices: Tensor) {
    var indices: OpaquePointer?
    let values = try produce("top", [self]) { ct_top(pointer, count, axis, $0, &indices) }
    guard let indices else { throw TensorError("no indices", at: "top", cause: .environment) }
    return (values, Tensor(handle: TensorHandle(indices)))
  }
}
