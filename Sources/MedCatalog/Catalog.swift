public import Foundation
import MedVoxel

/// The curated list as data: references, data sets, frameworks and systems.
public struct Catalog: Sendable {
  public struct Topic: Codable, Hashable, Sendable {
    public var id: String
    public var title: String
    public var kind: CatalogEntry.Kind
  }

  public var vocabulary: Vocabulary
  public var list: ListStructure
  public var topics: [Topic]
  /// By kind, then by topic, in the files' order.
  public var entries: [CatalogEntry]

  /// The folder of the catalog that comes with the library.
  public static var resources: URL { ResourceFolders.url("Resources") }

  /// The catalog that comes with the library.
  public static func bundled(support: SupportTable = SupportTable()) throws(CatalogError) -> Catalog {
    try Catalog(contentsOf: resources, support: support)
  }

  /// Reads and checks a folder of YAML files.
  ///
  /// - Parameter support: what the code can do; it is written into the entries.
  /// - Throws: `CatalogError` with all problems of all files, each with its file and line.
  public init(contentsOf folder: URL, support: SupportTable = SupportTable()) throws(CatalogError) {
    let log = ProblemLog()
    let source = try CatalogSource(folder, log: log)
    CatalogCheck(source: source, support: support, log: log).run()
    guard log.problems.isEmpty, let list = source.list else { throw CatalogError(log.problems) }
    vocabulary = source.vocabulary
    self.list = list
    var entries = source.entries.map(\.entry)
    for index in entries.indices {
      if let found = support.entries[entries[index].id] { entries[index].support = found }
    }
    let order = CatalogEntry.Kind.allCases
    self.entries = order.flatMap { kind in entries.filter { $0.kind == kind } }
    topics = order.flatMap { kind in
      source.topics.filter { topic in entries.contains { $0.topic == topic.id && $0.kind == kind } }
        .map { Topic(id: $0.id, title: $0.title, kind: kind) }
    }
  }

  public subscript(id: String) -> CatalogEntry? { entries.first { $0.id == id } }

  public var statistics: Statistics {
    func count(_ kind: CatalogEntry.Kind) -> Int { entries.count { $0.kind == kind } }
    return Statistics(
      references: count(.reference),
      uniqueReferences: entries.count { $0.kind == .reference && $0.reference?.duplicateOf == nil },
      datasets: count(.dataset), frameworks: count(.framework), systems: count(.system),
      readers: entries.count { $0.support.reader }, scorers: entries.count { $0.support.scorer },
      networks: entries.count { !$0.support.networks.isEmpty },
      corrections: entries.reduce(0) { $0 + $1.corrections.count },
      uncertain: entries.reduce(0) { $0 + $1.uncertain.count })
  }

  public struct Statistics: Codable, Hashable, Sendable {
    public var references: Int
    public var uniqueReferences: Int
    public var datasets: Int
    public var frameworks: Int
    public var systems: Int
    /// Entries that the toolkit reads, scores, or has networks for.
    public var readers: Int
    public var scorers: Int
    public var networks: Int
    public var corrections: Int
    public var uncertain: Int

    enum CodingKeys: String, CodingKey {
      case references
      case uniqueReferences = "unique_references"
      case datasets, frameworks, systems, readers, scorers, networks, corrections, uncertain
    }
  }
}
