/// A layer by name with arguments, as configurations write it: `"PRELU"` or `["GROUP", {"num_groups": 8}]`.
struct LayerName: Codable {
  var name: String
  var arguments: [String: Value] = [:]

  /// What an argument may be.
  enum Value: Codable {
    case bool(Bool)
    case number(Double)
    case list([Double])
    case text(String)
    case null

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode([Double].self) {
        self = .list(value)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .bool(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .list(let value): try container.encode(value)
      case .text(let value): try container.encode(value)
      case .null: try container.encodeNil()
      }
    }
  }

  init(_ name: String, _ arguments: [String: Value] = [:]) {
    self.name = name
    self.arguments = arguments
  }

  init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      self.name = name
      return
    }
    var container = try decoder.unkeyedContainer()
    name = try container.decode(String.self)
    if !container.isAtEnd { arguments = try container.decode([String: Value].self) }
  }

  func encode(to encoder: any Encoder) throws {
    if arguments.isEmpty {
      var container = encoder.singleValueContainer()
      try container.encode(name)
    } else {
      var container = encoder.unkeyedContainer()
      try container.encode(name)
      try container.encode(arguments)
    }
  }
}

/// Takes the arguments out of a `LayerName` one by one and complains about those that are left.
struct ArgumentReader {
  let name: String
  private var left: [String: LayerName.Value]
  private let path: [any CodingKey]

  init(_ layer: LayerName, at path: [any CodingKey]) {
    name = layer.name
    left = layer.arguments
    self.path = path
  }

  func failure(_ text: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: path, debugDescription: "\(name): \(text)"))
  }

  mutating func number(_ key: String, default value: Double) throws -> Double {
    guard let found = left.removeValue(forKey: key) else { return value }
    guard case .number(let number) = found else { throw failure("\(key) must be a number") }
    return number
  }

  mutating func integer(_ key: String, default value: Int?) throws -> Int {
    guard let found = left.removeValue(forKey: key) else {
      guard let value else { throw failure("\(key) is missing") }
      return value
    }
    guard case .number(let number) = found, let integer = Int(exactly: number) else {
      throw failure("\(key) must be a whole number")
    }
    return integer
  }

  mutating func bool(_ key: String, default value: Bool) throws -> Bool {
    guard let found = left.removeValue(forKey: key) else { return value }
    guard case .bool(let flag) = found else { throw failure("\(key) must be true or false") }
    return flag
  }

  mutating func integers(_ key: String) throws -> [Int] {
    switch left.removeValue(forKey: key) {
    case .number(let number): return try [whole(number, key)]
    case .list(let numbers): return try numbers.map { try whole($0, key) }
    default: throw failure("\(key) must be whole numbers")
    }
  }

  mutating func text(_ key: String, default value: String) throws -> String {
    guard let found = left.removeValue(forKey: key) else { return value }
    guard case .text(let text) = found else { throw failure("\(key) must be text") }
    return text
  }

  /// Arguments without meaning here.
  mutating func ignore(_ keys: String...) { for key in keys { left.removeValue(forKey: key) } }

  func finish() throws {
    guard left.isEmpty else {
      throw failure("unknown arguments \(left.keys.sorted().joined(separator: ", "))")
    }
  }

  private func whole(_ number: Double, _ key: String) throws -> Int {
    guard let integer = Int(exactly: number) else { throw failure("\(key) must be whole numbers") }
    return integer
  }
}
