/// The type of a stored tensor's elements, under the names that PyTorch gives them.
public enum StoredType: String, Codable, Hashable, Sendable, CaseIterable {
  case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64
  case float16, bfloat16, float32, float64, complex64, complex128

  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .complex64: 8
    case .complex128: 16
    }
  }

  /// The bytes that are swapped as one when the byte order changes: half of a complex number.
  var wordSize: Int {
    switch self {
    case .complex64: 4
    case .complex128: 8
    default: byteCount
    }
  }

  /// The name in a safetensors header; nil where that format has none.
  public var safetensorsName: String? {
    switch self {
    case .bool: "BOOL"
    case .uint8: "U8"
    case .int8: "I8"
    case .uint16: "U16"
    case .int16: "I16"
    case .uint32: "U32"
    case .int32: "I32"
    case .uint64: "U64"
    case .int64: "I64"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .float32: "F32"
    case .float64: "F64"
    case .complex64: "C64"
    case .complex128: nil
    }
  }

  init?(safetensorsName name: String) {
    guard let type = StoredType.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
    self = type
  }
}

/// The value of an IEEE 754 half-precision number.
func widened(float16 bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let exponent = UInt32(bits >> 10 & 0x1F)
  let fraction = UInt32(bits & 0x3FF)
  switch exponent {
  case 0:
    let value = Float(fraction) * 0x1p-24
    return sign == 0 ? value : -value
  case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}

func widened(bfloat16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
