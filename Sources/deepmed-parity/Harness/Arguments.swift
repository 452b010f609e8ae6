import MedCheckpoint
import MedVoxel

/// Keyword arguments by name. It remembers which were asked for.
final class Arguments {
  let values: JSONObject
  private let kind: String
  private var used: Set<String> = []

  init(_ values: JSONObject, kind: String = "argument") {
    self.values = values
    self.kind = kind
  }

  /// The value as it stands; nil when absent. An explicit `null` is `.null`.
  subscript(name: String) -> JSONValue? {
    used.insert(name)
    return values[name]
  }

  /// The value; nil when it is absent or null.
  func value(_ name: String) -> JSONValue? {
    guard let value = self[name], !value.isNull else { return nil }
    return value
  }

  /// Marks arguments that change nothing here.
  func ignore(_ names: String...) { used.formUnion(names) }

  /// - Throws: `Unsupported` unless the argument is absent, null or equal to the value we do.
  func require(_ name: String, _ allowed: JSONValue...) throws {
    guard let value = value(name), !allowed.contains(value) else { return }
    throw Unsupported("\(kind) \(name) = \(value)")
  }

  func checkAllUsed() throws {
    if let name = values.keys.first(where: { !used.contains($0) }) { throw Unsupported("\(kind) \(name)") }
  }

  private func convert<T>(_ name: String, _ fallback: T?, _ read: (JSONValue) throws -> T?) throws -> T {
    if let value = value(name) {
      guard let result = try read(value) else { throw Unsupported("\(kind) \(name) = \(value)") }
      return result
    }
    guard let fallback else { throw Unsupported("case without \(kind) \(name)") }
    return fallback
  }

  func bool(_ name: String, or fallback: Bool? = nil) throws -> Bool {
    try convert(name, fallback) { $0.bool ?? $0.int.map { $0 != 0 } }
  }
  func int(_ name: String, or fallback: Int? = nil) throws -> Int { try convert(name, fallback) { $0.int } }
  func double(_ name: String, or fallback: Double? = nil) throws -> Double {
    try convert(name, fallback) { try? $0.parityDouble() }
  }
  func string(_ name: String, or fallback: String? = nil) throws -> String {
    try convert(name, fallback) { $0.string }
  }
  /// A list of whole numbers; a single one is a list of one.
  func ints(_ name: String, or fallback: [Int]? = nil) throws -> [Int] {
    try convert(name, fallback) { value in
      if let one = value.int { return [one] }
      guard let list = value.array else { return nil }
      let numbers = list.compactMap(\.int)
      return numbers.count == list.count ? numbers : nil
    }
  }
  /// A list of numbers; a single one is a list of one.
  func doubles(_ name: String, or fallback: [Double]? = nil) throws -> [Double] {
    try convert(name, fallback) { value in
      guard let list = value.array else { return (try? value.parityDouble()).map { [$0] } }
      let numbers = list.compactMap { try? $0.parityDouble() }
      return numbers.count == list.count ? numbers : nil
    }
  }
  func strings(_ name: String, or fallback: [String]? = nil) throws -> [String] {
    try convert(name, fallback) { value in
      if let one = value.string { return [one] }
      guard let list = value.array else { return nil }
      let texts = list.compactMap(\.string)
      return texts.count == list.count ? texts : nil
    }
  }
  /// A matrix as nested lists; 3×3 is completed to three dimensions.
  func affine(_ name: String) throws -> Affine? { try value(name).map { try Affine(parity: $0) } }
  /// `{"dtype": "float32"}`.
  func dtype(_ name: String) -> String? { value(name)?["dtype"]?.string }
  /// `{"function": "identity"}`.
  func function(_ name: String) -> String? { value(name)?["function"]?.string }
  /// `{"class": …, "arguments": {…}}`.
  func nested(_ name: String) -> (className: String, arguments: Arguments)? {
    guard let value = value(name), let className = value["class"]?.string else { return nil }
    return (className, Arguments(value["arguments"]?.object ?? JSONObject()))
  }
}

extension JSONValue {
  /// A number, also one that JSON cannot hold: `{"float": "inf"}`.
  func parityDouble() throws -> Double {
    if let double { return double }
    switch self["float"]?.string {
    case "inf"?, "Infinity"?: return .infinity
    case "-inf"?, "-Infinity"?: return -.infinity
    case "nan"?, "NaN"?: return .nan
    default: break
    }
    if let bool { return bool ? 1 : 0 }
    throw Unsupported("number \(self)")
  }
}

extension Affine {
  /// A 4×4 matrix, or a 3×3 one of a two-dimensional image, whose third axis is then z.
  init(parity rows: JSONValue) throws {
    let numbers = try (rows.array ?? []).map { try ($0.array ?? []).map { try $0.parityDouble() } }
    if numbers.count == 4, numbers.allSatisfy({ $0.count == 4 }) {
      self.init(rows: numbers)
    } else if numbers.count == 3, numbers.allSatisfy({ $0.count == 3 }) {
      self.init(
        i: [numbers[0][0], numbers[1][0], 0], j: [numbers[0][1], numbers[1][1], 0], k: [0, 0, 1],
        origin: [numbers[0][2], numbers[1][2], 0])
    } else {
      throw Unsupported("affine of \(numbers.count) rows")
    }
  }

  /// The matrix with the given number of spatial axes: 3 for 4×4, 2 for 3×3.
  func rows(rank: Int) -> [[Double]] {
    guard rank == 2 else { return rows }
    return [[x.x, y.x, origin.x], [x.y, y.y, origin.y], [0, 0, 1]]
  }

  private var x: SIMD3<Double> { columns.i }
  private var y: SIMD3<Double> { columns.j }
}
