internal import CTorch

// Each gives a tensor of `bool` in the broadcast shape.
extension Tensor {
  public func equals(_ other: Tensor) throws(TensorError) -> Tensor { try binary(CT_EQUAL, other, "equals") }
  public func equals(_ value: Double) throws(TensorError) -> Tensor { try binary(CT_EQUAL, value, "equals") }
  public func differs(from value: Double) throws(TensorError) -> Tensor {
    try binary(CT_NOT_EQUAL, value, "differs")
  }
  public func less(than other: Tensor) throws(TensorError) -> Tensor { try binary(CT_LESS, other, "less") }
  public func less(than value: Double) throws(TensorError) -> Tensor { try binary(CT_LESS, value, "less") }
  public func greater(than other: Tensor) throws(TensorError) -> Tensor {
    try binary(CT_GREATER, other, "greater")
  }
  public func greater(than value: Double) throws(TensorError) -> Tensor {
    try binary(CT_GREATER, value, "greater")
  }
  public func atLeast(_ value: Double) throws(TensorError) -> Tensor {
    try binary(CT_GREATER_EQUAL, value, "atLeast")
  }
  public func atMost(_ value: Double) throws(TensorError) -> Tensor {
    try binary(CT_LESS_EQUAL, value, "atMost")
  }
  public func and(_ other: Tensor) throws(TensorError) -> Tensor { try binary(CT_AND, other, "and") }
  public func or(_ other: Tensor) throws(TensorError) -> Tensor { try binary(CT_OR, other, "or") }
  public func not() throws(TensorError) -> Tensor { try unary(CT_NOT, "not") }
  public func isNaN() throws(TensorError) -> Tensor { try unary(CT_IS_NAN, "isNaN") }
  public func isFinite() throws(TensorError) -> Tensor { try unary(CT_IS_FINITE, "isFinite") }

  /// This tensor where the condition holds, the other elsewhere.
  public func selected(where condition: Tensor, else other: Tensor) throws(TensorError) -> Tensor {
    try produce("selected", [self, condition, other]) {
      ct_where(condition.pointer, pointer, other.pointer, $0)
    }
  }

  /// The value where the mask is true, this tensor elsewhere.
  public func filled(_ value: Double, where mask: Tensor) throws(TensorError) -> Tensor {
    try produce("filled", [self, mask]) { ct_masked_fill(pointer, mask.pointer, value, $0) }
  }
}
