internal import CTorch

extension Tensor {
  func unary(_ op: ct_unary_op, _ name: String) throws(TensorError) -> Tensor {
    try produce(name, [self]) { ct_unary(op, pointer, $0) }
  }

  func binary(_ op: ct_binary_op, _ other: Tensor, _ name: String) throws(TensorError) -> Tensor {
    try produce(name, [self, other]) { ct_binary(op, pointer, other.pointer, $0) }
  }

  func binary(_ op: ct_binary_op, _ other: Double, _ name: String) throws(TensorError) -> Tensor {
    try produce("\(name) with \(other)", [self]) { ct_binary_scalar(op, pointer, other, $0) }
  }

  func binary(from other: Double, _ op: ct_binary_op, _ name: String) throws(TensorError) -> Tensor {
    try produce("\(name) with \(other)", [self]) { ct_binary_from_scalar(op, other, pointer, $0) }
  }
}

// Shapes broadcast: axes are aligned at the end, and size 1 stretches. A number keeps the tensor's type.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws(TensorError) -> Tensor { try a.binary(CT_ADD, b, "+") }
  public static func - (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
    try a.binary(CT_SUBTRACT, b, "-")
  }
  public static func * (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
    try a.binary(CT_MULTIPLY, b, "*")
  }
  public static func / (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
    try a.binary(CT_DIVIDE, b, "/")
  }
  public static func + (a: Tensor, b: Double) throws(TensorError) -> Tensor { try a.binary(CT_ADD, b, "+") }
  public static func - (a: Tensor, b: Double) throws(TensorError) -> Tensor {
    try a.binary(CT_SUBTRACT, b, "-")
  }
  public static func * (a: Tensor, b: Double) throws(TensorError) -> Tensor {
    try a.binary(CT_MULTIPLY, b, "*")
  }
  public static func / (a: Tensor, b: Double) throws(TensorError) -> Tensor {
    try a.binary(CT_DIVIDE, b, "/")
  }
  public static func + (a: Double, b: Tensor) throws(TensorError) -> Tensor {
    try b.binary(from: a, CT_ADD, "+")
  }
  public static func - (a: Double, b: Tensor) throws(TensorError) -> Tensor {
    try b.binary(from: a, CT_SUBTRACT, "-")
  }
  public static func * (a: Double, b: Tensor) throws(TensorError) -> Tensor {
    try b.binary(from: a, CT_MULTIPLY, "*")
  }
  public static func / (a: Double, b: Tensor) throws(TensorError) -> Tensor {
    try b.binary(from: a, CT_DIVIDE, "/")
  }
  public static prefix func - (a: Tensor) throws(TensorError) -> Tensor { try a.unary(CT_NEGATE, "negation") }

  public func absolute() throws(TensorError) -> Tensor { try unary(CT_ABS, "absolute") }
  public func exponential() throws(TensorError) -> Tensor { try unary(CT_EXP, "exponential") }
  public func logarithm() throws(TensorError) -> Tensor { try unary(CT_LOG, "logarithm") }
  public func squareRoot() throws(TensorError) -> Tensor { try unary(CT_SQRT, "squareRoot") }
  public func squared() throws(TensorError) -> Tensor { try unary(CT_SQUARE, "squared") }
  public func reciprocal() throws(TensorError) -> Tensor { try unary(CT_RECIPROCAL, "reciprocal") }
  public func sign() throws(TensorError) -> Tensor { try unary(CT_SIGN, "sign") }
  public func floor() throws(TensorError) -> Tensor { try unary(CT_FLOOR, "floor") }
  public func ceiling() throws(TensorError) -> Tensor { try unary(CT_CEIL, "ceiling") }
  /// To the nearest whole number, ties to even.
  public func rounded() throws(TensorError) -> Tensor { try unary(CT_ROUND, "rounded") }
  public func sine() throws(TensorError) -> Tensor { try unary(CT_SIN, "sine") }
  public func cosine() throws(TensorError) -> Tensor { try unary(CT_COS, "cosine") }

  public func power(_ exponent: Double) throws(TensorError) -> Tensor {
    try binary(CT_POWER, exponent, "power")
  }
  public func power(_ exponent: Tensor) throws(TensorError) -> Tensor {
    try binary(CT_POWER, exponent, "power")
  }
  public func remainder(_ divisor: Double) throws(TensorError) -> Tensor {
    try binary(CT_REMAINDER, divisor, "remainder")
  }
  public func maximum(_ other: Tensor) throws(TensorError) -> Tensor {
    try binary(CT_MAXIMUM, other, "maximum")
  }
  public func minimum(_ other: Tensor) throws(TensorError) -> Tensor {
    try binary(CT_MINIMUM, other, "minimum")
  }

  public func clamped(_ low: Double, _ high: Double) throws(TensorError) -> Tensor {
    try produce("clamped", [self]) { ct_clamp(pointer, low, high, $0) }
  }

  /// `self + weight · (other − self)`.
  public func mixed(with other: Tensor, weight: Double) throws(TensorError) -> Tensor {
    try produce("mixed", [self, other]) { ct_lerp(pointer, other.pointer, weight, $0) }
  }

  /// The matrix product over the last two axes; the axes before broadcast.
  public func matrixProduct(_ other: Tensor) throws(TensorError) -> Tensor {
    try produce("matrixProduct", [self, other]) { ct_matmul(pointer, other.pointer, $0) }
  }

  /// `x · weightᵀ + bias` over the last axis; weight `[output, input]`.
  public func linear(weight: Tensor, bias: Tensor?) throws(TensorError) -> Tensor {
    try produce("linear", [self, weight]) { ct_linear(pointer, weight.pointer, bias?.pointer, $0) }
  }
}
