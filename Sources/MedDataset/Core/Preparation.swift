public import Foundation
import MedImage
import MedRecord
import MedVoxel

/// Writes a data set in a form that training reads.
///
/// Images become a folder as the Medical Segmentation Decathlon has it, ready for `deepmed plan`; tables and texts
/// become `training.csv` and `test.csv`, or `training.jsonl` and `test.jsonl`. `split.json` says which case went where.
public struct Preparation: Sendable {
  public var testShare = 0.2
  public var seed: UInt64 = 0

  public init(testShare: Double = 0.2, seed: UInt64 = 0) {
    self.testShare = testShare
    self.seed = seed
  }

  /// Which case went where, and why.
  public struct Report: Codable, Sendable {
    public var dataset: String
    public var toolkit: String
    /// Whether the owners' own split was kept.
    public var officialSplit: Bool
    public var group: String
    public var seed: UInt64
    public var testShare: Double
    public var training: [Member]
    public var test: [Member]
    /// Cases that could not be written, with the reason.
    public var leftOut: [String: String]

    public struct Member: Codable, Sendable {
      public var id: String
      public var group: String
    }
  }

  /// - Parameter progress: finished and all cases; called from any thread.
  /// - Throws: `DatasetError` when the target exists and is not empty, when no case can be written, or a disk's error;
  ///   nothing is left behind. The source is never changed.
  @discardableResult
  public func write(
    _ dataset: Dataset, to target: URL, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) throws -> Report {
    try check(target, in: dataset)
    var report: Report?
    try AtomicFolder<DatasetError>.write(to: target) { folder in
      let made =
        dataset.form.kind == .images
        ? try writeImages(dataset, to: folder, progress) : try writeRows(dataset, to: folder)
      try AtomicFile<DatasetError>.write(try Self.json(made), to: folder.appending(path: "split.json"))
      report = made
    }
    guard let report else { throw DatasetError("nothing was written", at: target.path) }
    return report
  }

  /// The owners' files stay untouched: the target may not lie among them.
  private func check(_ target: URL, in dataset: Dataset) throws(DatasetError) {
    let (source, goal) = (dataset.root.resolvingSymlinksInPath().path, target.resolvingSymlinksInPath().path)
    if goal == source || goal.hasPrefix(source + "/") {
      throw DatasetError(
        "the output lies inside the data set", at: target.path, remedy: "name a folder outside of it",
        cause: .usage)
    }
  }

  private func report(
    _ dataset: Dataset, _ parts: (training: [DatasetCase], test: [DatasetCase], isOfficial: Bool),
    leftOut: [String: String]
  ) -> Report {
    func members(_ cases: [DatasetCase]) -> [Report.Member] {
      cases.filter { leftOut[$0.id] == nil }.map { .init(id: $0.id, group: $0.group) }
    }
    return Report(
      dataset: dataset.id, toolkit: Toolkit.version, officialSplit: parts.isOfficial,
      group: dataset.form.group,
      seed: seed, testShare: testShare, training: members(parts.training), test: members(parts.test),
      leftOut: leftOut)
  }

  // MARK: - Images

  private func writeImages(
    _ dataset: Dataset, to folder: URL, _ progress: @escaping @Sendable (Int, Int) -> Void
  ) throws -> Report {
    var leftOut: [String: String] = [:]
    let usable = dataset.cases.filter { item in
      let names = item.images.map(\.name)
      // Without labels a case can be a test case.
      let isWhole = names.contains("image") && (names.contains("label") || item.split == .test)
      if !isWhole { leftOut[item.id] = names.contains("image") ? "no labels" : "no image" }
      return isWhole
    }
    let parts = GroupSplit.parted(usable, testShare: testShare, seed: seed)
    let names = fileNames(usable.map(\.id))
    for part in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
      try FileManager.default.createDirectory(
        at: folder.appending(path: part), withIntermediateDirectories: true)
    }
    let jobs = parts.training.map { ($0, "Tr") } + parts.test.map { ($0, "Ts") }
    let counter = Counter()
    let failures = Parallel.map(jobs.count) { index -> (any Error)? in
      defer { progress(counter.next(), jobs.count) }
      let (item, half) = jobs[index]
      do {
        try write(item, as: names[item.id] ?? item.id, half, to: folder)
        return nil
      } catch {
        return error
      }
    }
    for (job, failure) in zip(jobs, failures) {
      guard let failure else { continue }
      if let explained = failure as? any ExplainedError, explained.cause != .data { throw failure }
      leftOut[job.0.id] = "\(failure)"
      for part in ["images", "labels"] {
        let file = "\(part)\(job.1)/\(names[job.0.id] ?? job.0.id).nii.gz"
        try? FileManager.default.removeItem(at: folder.appending(path: file))
      }
    }
    let result = report(dataset, parts, leftOut: leftOut)
    guard !result.training.isEmpty || !result.test.isEmpty else {
      throw DatasetError(
        leftOut.sorted { $0.key < $1.key }.map {
          Problem("\($0.key) was left out: \($0.value)", at: dataset.root.path)
        })
    }
    try DecathlonManifest(
      name: dataset.id, description: "Prepared from \(dataset.id) by \(Toolkit.version)",
      channels: dataset.form.channels,
      classes: Dictionary(uniqueKeysWithValues: dataset.form.classes.enumerated().map { ($0, $1) }),
      training: result.training.map { names[$0.id] ?? $0.id }, test: result.test.map { names[$0.id] ?? $0.id }
    ).write(to: folder)
    return result
  }

  private func write(_ item: DatasetCase, as name: String, _ half: String, to folder: URL) throws {
    for image in item.images where image.name == "image" || image.name == "label" {
      switch try image.load() {
      case .scalar(let scan): try scan.write(to: folder.appending(path: "images\(half)/\(name).nii.gz"))
      case .labels(let map): try map.write(to: folder.appending(path: "labels\(half)/\(name).nii.gz"))
      }
    }
  }

  /// Names that every file system takes, different for different cases.
  private func fileNames(_ ids: [String]) -> [String: String] {
    var names: [String: String] = [:]
    var taken: Set<String> = []
    for id in ids {
      let plain = String(
        id.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
      var name = plain
      var number = 2
      while !taken.insert(name.lowercased()).inserted {
        name = "\(plain)-\(number)"
        number += 1
      }
      names[id] = name
    }
    return names
  }

  // MARK: - Tables and texts

  private func writeRows(_ dataset: Dataset, to folder: URL) throws -> Report {
    let parts = GroupSplit.parted(dataset.cases, testShare: testShare, seed: seed)
    for (name, cases) in [("training", parts.training), ("test", parts.test)] {
      let (text, end) =
        dataset.form.kind == .table ? (Self.csv(cases), "csv") : (try Self.lines(cases), "jsonl")
      try AtomicFile<DatasetError>.write(text.utf8, to: folder.appending(path: "\(name).\(end)"))
    }
    return report(dataset, parts, leftOut: [:])
  }

  private static func csv(_ cases: [DatasetCase]) -> String {
    var names: [String] = []
    var seen: Set<String> = []
    for item in cases {
      for field in item.fields where seen.insert(field.name).inserted { names.append(field.name) }
    }
    func quoted(_ text: String) -> String {
      text.contains(where: { ",\"\n\r".contains($0) }) || text.hasPrefix(" ") || text.hasSuffix(" ")
        ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
    }
    let header = (["case", "group"] + names).map(quoted).joined(separator: ",")
    let rows = cases.map { item in
      let values = Dictionary(item.fields.map { ($0.name, $0.value.plain) }) { first, _ in first }
      return ([item.id, item.group] + names.map { values[$0] ?? "" }).map(quoted).joined(separator: ",")
    }
    return ([header] + rows).joined(separator: "\n") + "\n"
  }

  private static func lines(_ cases: [DatasetCase]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try cases.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
  }

  private static func json(_ value: some Encodable) throws -> Data {
    return try JSONEncoder.records.encode(value) + Data("\n".utf8)
  }
}

/// Counts from any thread.
private final class Counter: @unchecked Sendable {
  // SAFETY: `value` is only touched under the lock.
  private let lock = NSLock()
  private var value = 0
  func next() -> Int {
    lock.withLock {
      value += 1
      return value
    }
  }
}

extension DatasetCase: Encodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// As JSON: what is known, and the names of the files; no voxels.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(id, forKey: Key(stringValue: "case"))
    try container.encode(group, forKey: Key(stringValue: "group"))
    try container.encodeIfPresent(split, forKey: Key(stringValue: "split"))
    if !images.isEmpty {
      try container.encode(
        Dictionary(images.map { ($0.name, $0.files.map(\.path)) }) { first, _ in first },
        forKey: Key(stringValue: "images"))
    }
    var values = container.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: "fields"))
    for field in fields { try values.encode(field.value, forKey: Key(stringValue: field.name)) }
  }
}
