public import ArgumentParser

/// Three numbers such as `2,2,2`, or one for all axes.
public struct Triple<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument, Sendable {
  public var values: [Number]

  public init?(argument: String) {
    let parts = argument.split(whereSeparator: { ",x×".contains($0) }).map { Number(String($0)) }
    guard parts.count == 3 || parts.count == 1, !parts.contains(where: { $0 == nil }) else { return nil }
    let numbers = parts.compactMap { $0 }
    values = numbers.count == 1 ? [numbers[0], numbers[0], numbers[0]] : numbers
  }
}
