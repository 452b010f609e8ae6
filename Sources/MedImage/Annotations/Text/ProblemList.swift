import MedVoxel

/// Problems of a file with many places: the first ones in full, the rest counted.
struct ProblemList {
  static let most = 20
  private(set) var problems: [Problem] = []
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(
    _ statement: @autoclosure () -> String, at location: String? = nil, remedy: String? = nil
  ) {
    count += 1
    if problems.count < Self.most { problems.append(Problem(statement(), at: location, remedy: remedy)) }
  }

  /// - Throws: `ImageError` when there are any.
  func check() throws(ImageError) {
    guard count > 0 else { return }
    let rest = count - problems.count
    throw ImageError(problems + (rest > 0 ? [Problem("and \(rest) more")] : []))
  }
}
