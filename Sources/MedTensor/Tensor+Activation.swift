internal import CTorch

extension Tensor {
  public func sigmoid() throws(TensorError) -> Tensor { try unary(CT_SIGMOID, "sigmoid") }
  public func logSigmoid() throws(TensorError) -> Tensor { try unary(CT_LOG_SIGMOID, "logSigmoid") }
  public func tanh() throws(TensorError) -> Tensor { try unary(CT_TANH, "tanh") }
  public func relu() throws(TensorError) -> Tensor { try unary(CT_RELU, "relu") }
  public func relu6() throws(TensorError) -> Tensor { try unary(CT_RELU6, "relu6") }
  public func selu() throws(TensorError) -> Tensor { try unary(CT_SELU, "selu") }
  public func silu() throws(TensorError) -> Tensor { try unary(CT_SILU, "silu") }
  public func mish() throws(TensorError) -> Tensor { try unary(CT_MISH, "mish") }
  public func softsign() throws(TensorError) -> Tensor { try unary(CT_SOFTSIGN, "softsign") }
  public func hardSwish() throws(TensorError) -> Tensor { try unary(CT_HARDSWISH, "hardSwish") }
  public func hardSigmoid() throws(TensorError) -> Tensor { try unary(CT_HARDSIGMOID, "hardSigmoid") }
  public func gelu(approximateByTanh: Bool = false) throws(TensorError) -> Tensor {
    try unary(approximateByTanh ? CT_GELU_TANH : CT_GELU_ERF, "gelu")
  }
  public func leakyReLU(slope: Double = 0.01) throws(TensorError) -> Tensor {
    try produce("leakyReLU", [self]) { ct_leaky_relu(pointer, slope, $0) }
  }
  /// - Parameter slope: One number, or one for each channel (axis 1).
  public func prelu(slope: Tensor) throws(TensorError) -> Tensor {
    try produce("prelu", [self, slope]) { ct_prelu(pointer, slope.pointer, $0) }
  }
  public func elu(alpha: Double = 1) throws(TensorError) -> Tensor {
    try produce("elu", [self]) { ct_elu(pointer, alpha, 1, 1, $0) }
  }
  /// `max(0, x) + min(0, α·(exp(x/α) − 1))`.
  public func celu(alpha: Double = 1) throws(TensorError) -> Tensor {
    try produce("celu", [self]) { ct_elu(pointer, alpha, 1, 1 / alpha, $0) }
  }
  public func softplus(beta: Double = 1, threshold: Double = 20) throws(TensorError) -> Tensor {
    try produce("softplus", [self]) { ct_softplus(pointer, beta, threshold, $0) }
  }
  public func softmax(axis: Int) throws(TensorError) -> Tensor {
    try produce("softmax", [self]) { ct_softmax(pointer, axis, $0) }
  }
  public func logSoftmax(axis: Int) throws(TensorError) -> Tensor {
    try produce("logSoftmax", [self]) { ct_log_softmax(pointer, axis, $0) }
  }
}
