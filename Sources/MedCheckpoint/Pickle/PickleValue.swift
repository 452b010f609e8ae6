/// A value on the stack of the restricted unpickler. Containers live in the machine's arena and are named by
/// their number there, so that no chain of references can be deep, cyclic or shared in a harmful way.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  /// A whole number of more than 64 bits: little-endian two's complement bytes of the pickle.
  case long(Range<Int>)
  case float(Double)
  case string(String)
  /// Bytes of the pickle itself.
  case bytes(Range<Int>)
  /// Bytes that the pickle spells as text.
  case blob(Int)
  case node(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)
  case dtype(StoredType)
  /// What a refused global would have made.
  case refused
}

/// A container, or a NumPy value that is completed in a second step.
struct PickleNode {
  enum Kind {
    case list, tuple, set
    /// Children are key, value, key, value …
    case dictionary
    case numpyType(StoredType?, name: String, isBigEndian: Bool)
    case numpyArray(PickleArray?)
  }
  var kind: Kind
  var children: [PickleValue] = []
}

/// A NumPy array whose bytes lie in the pickle.
struct PickleArray {
  var type: StoredType
  var shape: [Int]
  var isFortran: Bool
  var isBigEndian: Bool
  var bytes: PickleValue
}

/// A storage that a tensor views; where its bytes lie is known to the archive.
struct PickleStorage {
  var key: String
  /// Nil for untyped storages, which count bytes.
  var type: StoredType?
  var count: Int
  /// In elements, for views of another storage in old files.
  var viewOffset = 0
}

struct PickleTensor {
  var storage: Int
  var type: StoredType
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}
