/// Any name, for finding the keys that a configuration doesn't know.
struct AnyKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}

/// Fails for keys that the configuration doesn't have, so that a misspelled one isn't passed over.
func requireKnownKeys<Key: CodingKey>(
  _ decoder: any Decoder, _ type: Key.Type, except ignored: Set<String> = []
)
  throws
{
  let found = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
  let unknown = found.filter { Key(stringValue: $0) == nil && !ignored.contains($0) }.sorted()
  guard unknown.isEmpty else {
    throw DecodingError.dataCorrupted(
      .init(
        codingPath: decoder.codingPath,
        debugDescription: "unknown arguments \(unknown.joined(separator: ", "))"))
  }
}

extension KeyedDecodingContainer {
  /// The value, or the default where the key is absent.
  func value<Value: Decodable>(_ key: Key, default value: Value) throws -> Value {
    contains(key) ? try decode(Value.self, forKey: key) : value
  }

  /// The value, `nil` where it is null, or the default where the key is absent.
  func optional<Value: Decodable>(_ key: Key, default value: Value?) throws -> Value? {
    guard contains(key) else { return value }
    return try decodeNil(forKey: key) ? nil : decode(Value.self, forKey: key)
  }
}
