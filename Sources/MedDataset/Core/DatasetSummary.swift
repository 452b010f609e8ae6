import Foundation
import MedImage
import MedVoxel

/// What a data set holds, in numbers.
public struct DatasetSummary: Encodable, Sendable {
  public struct Field: Encodable, Sendable {
    public var name: String
    public var missing: Int
    /// For numbers.
    public var minimum: Double?
    public var maximum: Double?
    public var mean: Double?
    /// For words: the commonest, with their counts.
    public var values: [Count]?
    public var distinct: Int
  }

  public struct Count: Encodable, Sendable {
    public var value: String
    public var count: Int
  }

  public struct Images: Encodable, Sendable {
    public var name: String
    public var count: Int
    /// The middle one of all cases, by axis; nil when no image could be opened.
    public var medianSize: [Double]?
    public var medianSpacing: [Double]?
    public var bytes: Int
  }

  public var id: String
  public var cases: Int
  public var groups: Int
  public var splits: [Count]
  /// The target's classes with their counts; for tables and texts.
  public var classes: [Count]
  public var images: [Images]
  public var fields: [Field]
  public var errors: Int
  public var notes: Int

  /// - Complexity: opens the header of every image, in parallel; voxels are not read.
  public init(_ dataset: Dataset, log: DatasetLog = DatasetLog()) {
    id = dataset.id
    cases = dataset.cases.count
    groups = Set(dataset.cases.map(\.group)).count
    splits = DatasetSplit.allCases.compactMap { split in
      let count = dataset.cases.count { $0.split == split }
      return count > 0 ? Count(value: split.rawValue, count: count) : nil
    }
    classes = Self.classes(dataset)
    images = Self.images(dataset, log)
    fields = Self.fields(dataset)
    errors = dataset.problems.count { $0.severity == .error } + log.problems.count
    notes = dataset.problems.count { $0.severity == .note }
  }

  private static func classes(_ dataset: Dataset) -> [Count] {
    guard let target = dataset.form.target, !dataset.form.classes.isEmpty else { return [] }
    let counts = Dictionary(
      dataset.cases.compactMap { $0[field: target]?.plain }.map { ($0, 1) }, uniquingKeysWith: +)
    let known = dataset.form.classes.map { Count(value: $0, count: counts[$0] ?? 0) }
    let others = counts.keys.filter { !dataset.form.classes.contains($0) }.sorted()
    return known + others.map { Count(value: $0, count: counts[$0] ?? 0) }
  }

  private static func images(_ dataset: Dataset, _ log: DatasetLog) -> [Images] {
    var names: [String] = []
    for item in dataset.cases {
      for image in item.images where !names.contains(image.name) { names.append(image.name) }
    }
    return names.map { name in
      let all = dataset.cases.compactMap { item in item.images.first { $0.name == name } }
      let grids = Parallel.map(all.count) { index -> Grid? in
        do {
          return try all[index].grid()
        } catch {
          log.error(error, at: all[index].files[0].path)
          return nil
        }
      }.compactMap { $0 }
      func median(_ value: (Grid, Int) -> Double) -> [Double]? {
        grids.isEmpty
          ? nil
          : (0..<3).map { axis in
            let sorted = grids.map { value($0, axis) }.sorted()
            return sorted[sorted.count / 2]
          }
      }
      let bytes = all.flatMap(\.files).reduce(0) { sum, url in
        sum + ((try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0)
      }
      return Images(
        name: name, count: all.count, medianSize: median { Double($0.size[$1]) },
        medianSpacing: median { $0.spacing[$1] }, bytes: bytes)
    }
  }

  private static func fields(_ dataset: Dataset) -> [Field] {
    var names: [String] = []
    var seen: Set<String> = []
    var values: [String: [FieldValue]] = [:]
    for item in dataset.cases {
      for field in item.fields {
        if seen.insert(field.name).inserted { names.append(field.name) }
        values[field.name, default: []].append(field.value)
      }
    }
    return names.map { name in
      let all = values[name] ?? []
      let present = all.filter { $0 != .missing }
      let numbers = present.compactMap(\.number)
      let distinct = Set(present).count
      if !numbers.isEmpty, numbers.count == present.count {
        return Field(
          name: name, missing: dataset.cases.count - present.count, minimum: numbers.min(),
          maximum: numbers.max(), mean: numbers.reduce(0, +) / Double(numbers.count), distinct: distinct)
      }
      let counts = Dictionary(present.map { ($0.plain, 1) }, uniquingKeysWith: +)
        .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      return Field(
        name: name, missing: dataset.cases.count - present.count,
        values: distinct <= 30 ? counts.map { Count(value: $0.key, count: $0.value) } : nil,
        distinct: distinct)
    }
  }
}
