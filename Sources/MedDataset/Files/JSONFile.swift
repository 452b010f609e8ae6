import Foundation

/// A JSON value; the members of an object are in the order of their names.
indirect enum JSONValue: Decodable, Sendable {
  case object([String: JSONValue])
  case list([JSONValue])
  case text(String)
  case number(Double)
  case flag(Bool)
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if container.decodeNil() {
      self = .null
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var list: [JSONValue]? { if case .list(let list) = self { list } else { nil } }

  /// An object's members in natural order of their names.
  var members: [(name: String, value: JSONValue)]? {
    guard case .object(let object) = self else { return nil }
    return object.keys.sorted(by: DatasetFolderView.naturallyBefore).map { ($0, object[$0] ?? .null) }
  }

  subscript(name: String) -> JSONValue? { if case .object(let object) = self { object[name] } else { nil } }

  var field: FieldValue {
    switch self {
    case .text(let text): .text(text)
    case .number(let number): .number(number)
    case .flag(let flag): .flag(flag)
    case .null: .missing
    case .list(let values): .list(values.map(\.field))
    // Objects inside lists are rare; their text is kept.
    case .object: .list((members ?? []).map { .text("\($0.name): \($0.value.field.plain)") })
    }
  }
}

enum JSONFile {
  /// - Throws: `DatasetError` with what the decoder found.
  static func read(_ url: URL, log: DatasetLog) throws(DatasetError) -> JSONValue {
    let text = try TextFile.read(url, log: log)
    do {
      return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    } catch {
      throw DatasetError("the file is no JSON: \(reason(error))", at: url.path, remedy: "fetch it again")
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context)? = error as? DecodingError else { return "\(error)" }
    return (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
      ?? context.debugDescription
  }

  /// Fields of an object; members of objects in it are named with a dot.
  static func fields(_ members: [(name: String, value: JSONValue)], under prefix: String = "") -> [CaseField]
  {
    members.flatMap { name, value in
      if let inner = value.members { return fields(inner, under: "\(prefix)\(name).") }
      return [CaseField(prefix + name, value.field)]
    }
  }
}
