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

/// A path as it was given. An empty one, such as a variable that is not set, would be taken for the working folder.
@Sendable func filePath(_ argument: String) throws -> String {
  guard !argument.isEmpty else { throw ValidationError("the path is empty") }
  return argument
}
