/// What a checkpoint holds: tensors in containers, with numbers and texts.
///
/// Keys of dictionaries that are numbers are spelled as texts; tuples and sets are lists. Tensors are named by
/// their path, such as `state_dict.conv1.weight`.
public indirect enum CheckpointValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// Also a whole number of more than 64 bits, rounded.
  case number(Double)
  case string(String)
  case bytes([UInt8])
  case list([CheckpointValue])
  case dictionary(CheckpointDictionary)
  case tensor(StoredTensor)

  public var tensor: StoredTensor? { if case .tensor(let value) = self { value } else { nil } }
  public var dictionary: CheckpointDictionary? {
    if case .dictionary(let value) = self { value } else { nil }
  }

  public subscript(key: String) -> CheckpointValue? { dictionary?[key] }
}

/// The members of a dictionary, in the order of the file.
public struct CheckpointDictionary: Sendable {
  public private(set) var members: [(key: String, value: CheckpointValue)] = []
  private var indices: [String: Int] = [:]

  public init() {}

  public var keys: [String] { members.map(\.key) }
  public var count: Int { members.count }

  /// Setting nil removes nothing.
  public subscript(key: String) -> CheckpointValue? { indices[key].map { members[$0].value } }

  /// A key that stands twice keeps its place and takes the later value, as in Python.
  mutating func set(_ key: String, _ value: CheckpointValue) {
    if let index = indices[key] {
      members[index].value = value
    } else {
      indices[key] = members.count
      members.append((key, value))
    }
  }
}
