internal import CTorch

/// The type of a tensor's elements.
public enum DType: String, Codable, Hashable, Sendable, CaseIterable {
  case uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, bool

  /// Bytes for one element.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .int16, .float16, .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  var code: ct_dtype {
    switch self {
    case .uint8: CT_UINT8
    case .int8: CT_INT8
    case .int16: CT_INT16
    case .int32: CT_INT32
    case .int64: CT_INT64
    case .float16: CT_FLOAT16
    case .bfloat16: CT_BFLOAT16
    case .float32: CT_FLOAT32
    case .float64: CT_FLOAT64
    case .bool: CT_BOOL
    }
  }

  init?(_ code: ct_dtype) {
    guard let type = DType.allCases.first(where: { $0.code == code }) else { return nil }
    self = type
  }
}

/// A Swift type whose arrays become tensors as they are.
public protocol TensorScalar: Sendable {
  static var dtype: DType { get }
}

extension UInt8: TensorScalar { public static var dtype: DType { .uint8 } }
extension Int8: TensorScalar { public static var dtype: DType { .int8 } }
extension Int16: TensorScalar { public static var dtype: DType { .int16 } }
extension Int32: TensorScalar { public static var dtype: DType { .int32 } }
extension Int64: TensorScalar { public static var dtype: DType { .int64 } }
extension Float: TensorScalar { public static var dtype: DType { .float32 } }
extension Double: TensorScalar { public static var dtype: DType { .float64 } }
extension Bool: TensorScalar { public static var dtype: DType { .bool } }
