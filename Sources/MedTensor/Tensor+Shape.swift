internal import CTorch

extension Tensor {
  /// The same elements in C order with other sizes; one size may be −1. A view where that is possible.
  public func reshaped(_ shape: [Int]) throws(TensorError) -> Tensor {
    try produce("reshaped to \(shape)", [self]) { ct_reshape(pointer, shape, Int32(shape.count), $0) }
  }

  /// A view with its axes in another order.
  public func transposed(_ axes: [Int]) throws(TensorError) -> Tensor {
    try produce("transposed by \(axes)", [self]) { ct_permute(pointer, axes, Int32(axes.count), $0) }
  }

  /// A view whose axes of size 1 repeat; −1 keeps a size.
  public func expanded(_ shape: [Int]) throws(TensorError) -> Tensor {
    try produce("expanded to \(shape)", [self]) { ct_expand(pointer, shape, Int32(shape.count), $0) }
  }

  /// A view with a new axis of size 1.
  public func insertingAxis(_ axis: Int) throws(TensorError) -> Tensor {
    try produce("insertingAxis", [self]) { ct_unsqueeze(pointer, axis, $0) }
  }

  /// A view without an axis of size 1.
  public func removingAxis(_ axis: Int) throws(TensorError) -> Tensor {
    try produce("removingAxis", [self]) { ct_squeeze(pointer, axis, $0) }
  }

  /// A view of one index along an axis, which goes away.
  public func selected(_ index: Int, axis: Int) throws(TensorError) -> Tensor {
    try produce("selected \(index) along \(axis)", [self]) { ct_select(pointer, axis, index, $0) }
  }

  /// A view of a range along an axis.
  public func narrowed(_ range: Range<Int>, axis: Int, step: Int = 1) throws(TensorError) -> Tensor {
    let size = try size(axis)
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw TensorError("the range \(range) exceeds axis \(axis) of \(summary)")
    }
    return try produce("narrowed", [self]) {
      ct_slice(pointer, axis, range.lowerBound, range.upperBound, step, $0)
    }
  }

  /// Copies of the given indices (`int64`) along an axis.
  public func gathered(_ indices: Tensor, axis: Int) throws(TensorError) -> Tensor {
    try produce("gathered", [self, indices]) { ct_index_select(pointer, axis, indices.pointer, $0) }
  }

  /// For each position of `indices` (`int64`, this tensor's rank), the element at that index along the axis.
  public func taken(_ indices: Tensor, axis: Int) throws(TensorError) -> Tensor {
    try produce("taken", [self, indices]) { ct_gather(pointer, axis, indices.pointer, $0) }
  }

  public func flipped(_ axes: [Int]) throws(TensorError) -> Tensor {
    try produce("flipped", [self]) { ct_flip(pointer, axes, Int32(axes.count), $0) }
  }

  /// Elements moved along the axes, cyclically.
  public func rolled(_ shifts: [Int], axes: [Int]) throws(TensorError) -> Tensor {
    guard shifts.count == axes.count else {
      throw TensorError("\(shifts.count) shifts for \(axes.count) axes", at: "rolled")
    }
    return try produce("rolled", [self]) { ct_roll(pointer, shifts, axes, Int32(axes.count), $0) }
  }

  /// Copies side by side, that many along each axis.
  public func repeated(_ times: [Int]) throws(TensorError) -> Tensor {
    try produce("repeated", [self]) { ct_repeat(pointer, times, Int32(times.count), $0) }
  }

  /// Tensors one after the other along an existing axis.
  public static func concatenated(_ parts: [Tensor], axis: Int) throws(TensorError) -> Tensor {
    try produce("concatenated", parts) { out in
      withPointers(parts) { ct_concatenate($0, Int32(parts.count), axis, out) }
    }
  }

  /// Tensors of one shape one after the other along a new axis.
  public static func stacked(_ parts: [Tensor], axis: Int = 0) throws(TensorError) -> Tensor {
    try produce("stacked", parts) { out in withPointers(parts) { ct_stack($0, Int32(parts.count), axis, out) }
    }
  }

  /// Every index along an axis as a view of its own.
  public func unstacked(axis: Int = 0) throws(TensorError) -> [Tensor] {
    var parts: [Tensor] = []
    for index in 0..<(try size(axis)) { parts.append(try selected(index, axis: axis)) }
    return parts
  }

  /// What lies outside a padded tensor.
  public enum Padding: Sendable {
    case constant(Double)
    /// Mirrored, without repeating the border.
    case reflect
    /// The border's value.
    case replicate
    /// The other end.
    case circular
  }

  /// More elements before and after the last axes.
  /// - Parameter widths: (before, after) for each of the last `widths.count` axes, in axis order; negative
  ///   widths crop.
  public func padded(_ widths: [(before: Int, after: Int)], with padding: Padding = .constant(0))
    throws(TensorError)
    -> Tensor
  {
    let flat = widths.reversed().flatMap { [$0.before, $0.after] }
    var (mode, value) = (CT_PAD_CONSTANT, 0.0)
    switch padding {
    case .constant(let constant): value = constant
    case .reflect: mode = CT_PAD_REFLECT
    case .replicate: mode = CT_PAD_REPLICATE
    case .circular: mode = CT_PAD_CIRCULAR
    }
    return try produce("padded by \(widths)", [self]) {
      ct_pad(pointer, flat, Int32(flat.count), mode, value, $0)
    }
  }

  /// Class numbers `[…]` to zeros and ones `[…, classes]` (`int64`).
  public func oneHot(classes: Int) throws(TensorError) -> Tensor {
    try produce("oneHot", [self]) { ct_one_hot(pointer, classes, $0) }
  }
}
