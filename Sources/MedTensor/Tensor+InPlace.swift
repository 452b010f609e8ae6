internal import CTorch

// These write the tensor's memory, which views and other references see. They refuse an image's memory. No other
// thread may use the tensor meanwhile.
extension Tensor {
  /// Takes the values of a tensor of the same shape; types and devices may differ.
  public func copyInPlace(from source: Tensor) throws(TensorError) {
    try perform("copyInPlace", [self, source]) { ct_copy_into(pointer, source.pointer) }
  }

  public func fillInPlace(_ value: Double) throws(TensorError) {
    try perform("fillInPlace", [self]) { ct_fill(pointer, value) }
  }

  /// `self = self · scale + source · factor`.
  public func accumulateInPlace(_ source: Tensor, factor: Double = 1, scale: Double = 1) throws(TensorError) {
    try perform("accumulateInPlace", [self, source]) { ct_accumulate(pointer, scale, source.pointer, factor) }
  }

  public func multiplyInPlace(by factor: Tensor) throws(TensorError) {
    try perform("multiplyInPlace", [self, factor]) { ct_multiply_into(pointer, factor.pointer) }
  }
}
