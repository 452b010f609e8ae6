public import ArgumentParser

/// Which values of a label map make up a class: `1=3,42,1000-2999`.
public struct LabelSelection: ExpressibleByArgument, Sendable {
  public var classNumber: Int
  public var values: [ClosedRange<Int>]

  public init?(argument: String) {
    let halves = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard halves.count == 2, let number = Int(halves[0]), number > 0, number <= Int(UInt16.max) else { return nil }
    var ranges: [ClosedRange<Int>] = []
    for part in halves[1].split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-").map { Int($0) }
      guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1], low <= high,
        low >= 0, high <= Int(UInt16.max)
      else { return nil }
      ranges.append(low...high)
    }
    classNumber = number
    values = ranges
  }

  /// For each value of a label map, its class; 0 for what no selection names.
  public static func table(_ selections: [LabelSelection]) -> [UInt16] {
    var table = [UInt16](repeating: 0, count: Int(UInt16.max) + 1)
    for selection in selections {
      for range in selection.values {
        for value in range { table[value] = UInt16(selection.classNumber) }
      }
    }
    return table
  }
}
