/// Reads a network's configuration: what it names takes the place of a default, and what it does not know is an error,
/// so that a misspelled key isn't passed over.
struct ConfigurationReader<Key: CodingKey> {
  private let values: KeyedDecodingContainer<Key>

  /// - Parameter ignored: keys without meaning here.
  init(_ decoder: any Decoder, ignoring ignored: Set<String> = []) throws {
    let found = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
    let unknown = found.filter { Key(stringValue: $0) == nil && !ignored.contains($0) }.sorted()
    guard unknown.isEmpty else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "unknown arguments \(unknown.joined(separator: ", "))"))
    }
    values = try decoder.container(keyedBy: Key.self)
  }

  /// A value without a default.
  func required<Value: Decodable>(_ key: Key) throws -> Value { try values.decode(Value.self, forKey: key) }

  /// Leaves the default where the key is absent.
  func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
    if values.contains(key) { value = try values.decode(Value.self, forKey: key) }
  }

  /// Leaves the default where the key is absent; null means none.
  func read<Value: Decodable>(_ key: Key, into value: inout Value?) throws {
    guard values.contains(key) else { return }
    value = try values.decodeNil(forKey: key) ? nil : values.decode(Value.self, forKey: key)
  }
}

/// Any name.
private struct AnyKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}
