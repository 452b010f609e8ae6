/// The names that a checkpoint may refer to. They are recognized, never imported or called.
enum PickleGlobal: Equatable {
  case dictionaryType, listType, tupleType, setType, numberType, bytesType, complexType
  case rebuildTensor, rebuildTensorV2, rebuildTensorV3
  case rebuildParameter, rebuildFromType, tensorType
  case storage(StoredType?)
  case size, device
  case numpyScalar, numpyType, numpyReconstruct, numpyArrayType
  case encode
  case refused

  init(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"), ("collections", "defaultdict"), ("collections", "Counter"),
      ("builtins", "dict"), ("__builtin__", "dict"):
      self = .dictionaryType
    case ("builtins", "list"), ("__builtin__", "list"), ("collections", "deque"): self = .listType
    case ("builtins", "tuple"), ("__builtin__", "tuple"): self = .tupleType
    case ("builtins", "set"), ("__builtin__", "set"), ("builtins", "frozenset"), ("__builtin__", "frozenset"):
      self = .setType
    case ("builtins", "int"), ("builtins", "float"), ("builtins", "bool"), ("builtins", "str"),
      ("__builtin__", "int"), ("__builtin__", "float"), ("__builtin__", "bool"), ("__builtin__", "str"),
      ("__builtin__", "long"), ("__builtin__", "unicode"):
      self = .numberType
    case ("builtins", "bytes"), ("builtins", "bytearray"), ("__builtin__", "bytearray"): self = .bytesType
    case ("builtins", "complex"), ("__builtin__", "complex"): self = .complexType
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorV3
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      self = .rebuildParameter
    case ("torch._tensor", "_rebuild_from_type_v2"): self = .rebuildFromType
    case ("torch", "Tensor"), ("torch.nn.parameter", "Parameter"), ("torch.nn.parameter", "Buffer"):
      self = .tensorType
    case ("torch", "Size"): self = .size
    case ("torch", "device"): self = .device
    case ("torch", "UntypedStorage"), ("torch.storage", "UntypedStorage"): self = .storage(nil)
    case ("torch", _), ("torch.cuda", _):
      guard let type = PickleGlobal.storageTypes[name] else {
        self = .refused
        return
      }
      self = .storage(type)
    case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"): self = .numpyScalar
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
      self = .numpyReconstruct
    case ("numpy", "dtype"): self = .numpyType
    case ("numpy", "ndarray"): self = .numpyArrayType
    case ("_codecs", "encode"): self = .encode
    default: self = .refused
    }
  }

  private static let storageTypes: [String: StoredType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16,
    "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool, "ComplexFloatStorage": .complex64,
    "ComplexDoubleStorage": .complex128,
  ]

  /// Names of data types, such as `torch.float32`.
  static func dataType(module: String, name: String) -> StoredType? {
    guard module == "torch" else { return nil }
    switch name {
    case "float": return .float32
    case "double": return .float64
    case "half": return .float16
    case "long": return .int64
    case "int": return .int32
    case "short": return .int16
    default: return StoredType(rawValue: name)
    }
  }

  /// What a refused name is, in a few words.
  static func explanation(of fullName: String) -> String {
    let module = fullName.prefix { $0 != "." }
    switch module {
    case "os", "posix", "nt", "subprocess", "pty", "commands", "shutil", "socket", "webbrowser":
      return "is code, not data: it would act on the machine"
    case "builtins", "__builtin__", "importlib", "runpy", "operator", "functools", "types", "marshal",
      "pickle",
      "code", "ctypes":
      return "is code, not data: it would run Python"
    case "__main__": return "is a class of the program that saved the file"
    case "__torch__": return "is part of a TorchScript program"
    case "torch" where fullName.hasPrefix("torch.nn."):
      return "is part of a network saved as a Python object, not of its weights"
    case "torch": return "is an object of PyTorch other than a dense tensor"
    case "numpy": return "is an object of NumPy other than an array or number"
    default: return "is code, not data"
    }
  }
}
