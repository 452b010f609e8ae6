/// The transforms that plans and histories may name.
///
/// A value, not a global register: to read a history with transforms of your own, put a library that holds
/// them into the decoder's `userInfo` under `.transformLibrary`.
public struct TransformLibrary: Sendable {
  public private(set) var types: [String: any Transform.Type] = [:]

  public init(_ types: [any Transform.Type]) {
    for type in types { self.types[type.name] = type }
  }

  public func adding(_ types: any Transform.Type...) -> TransformLibrary {
    var result = self
    for type in types { result.types[type.name] = type }
    return result
  }

  func type(named name: String, at path: [any CodingKey]) throws -> any Transform.Type {
    guard let type = types[name] else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: path,
          debugDescription: "there is no transform “\(name)”; known are "
            + types.keys.sorted().joined(separator: ", ")))
    }
    return type
  }
}

extension CodingUserInfoKey {
  /// A `TransformLibrary`; the standard one where absent.
  public static var transformLibrary: CodingUserInfoKey {
    guard let key = CodingUserInfoKey(rawValue: "transformLibrary") else {
      preconditionFailure("any string is a key")
    }
    return key
  }
}

extension Decoder {
  var transformLibrary: TransformLibrary {
    userInfo[.transformLibrary] as? TransformLibrary ?? .standard
  }
}
