internal import MedTensor

/// A whole number for every spatial axis, or one for all of them: a kernel size, a stride.
public struct PerAxis: Codable, Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// One number, or one for each axis.
  public var values: [Int]

  public init(_ values: [Int]) { self.values = values }
  public init(integerLiteral value: Int) { values = [value] }
  public init(arrayLiteral elements: Int...) { values = elements }

  /// Reads `3` or `[3, 3, 1]`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Int.self) {
      values = [value]
    } else {
      values = try container.decode([Int].self)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if values.count == 1 { try container.encode(values[0]) } else { try container.encode(values) }
  }

  /// One number for each of `axes` axes.
  func expanded(_ axes: Int, _ name: String, atLeast least: Int = 1) throws(TensorError) -> [Int] {
    guard values.count == axes || values.count == 1 else {
      throw TensorError.misuse("expected one \(name) or \(axes), found \(values)")
    }
    guard values.allSatisfy({ $0 >= least && $0 < 1 << 20 }) else {
      throw TensorError.misuse("expected \(name) of at least \(least), found \(values)")
    }
    return values.count == axes ? values : Array(repeating: values[0], count: axes)
  }
}

/// Fails unless there are 1 to 3 spatial axes.
func requireSpatialAxes(_ axes: Int, in allowed: ClosedRange<Int> = 1...3) throws(TensorError) {
  guard allowed.contains(axes) else {
    throw TensorError.misuse(
      "expected \(allowed.lowerBound) to \(allowed.upperBound) spatial axes, found \(axes)")
  }
}

/// Fails unless every count is positive and the numbers are small enough to be meant.
func requireChannels(_ counts: [Int], _ name: String) throws(TensorError) {
  guard counts.allSatisfy({ $0 >= 1 && $0 <= 1 << 20 }) else {
    throw TensorError.misuse("expected \(name) of at least 1, found \(counts)")
  }
}
