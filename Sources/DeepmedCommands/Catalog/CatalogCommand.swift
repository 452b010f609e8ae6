public import ArgumentParser
import Foundation
public import MedCatalog
import MedDataset
import MedRecord
import MedVoxel

extension Deepmed {
  /// The curated list: references, data sets, frameworks and systems.
  public struct CatalogCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
      commandName: "catalog", abstract: "Find references, data sets, frameworks and systems.",
      discussion: """
        The curated list as data: search it, read an entry, export it for a bibliography or as a web page.
        For example: deepmed catalog search kidney tumor segmentation --access open
        """,
      subcommands: [
        Search.self, List.self, Show.self, Open.self, Stats.self, Export.self, Check.self,
      ])

    public init() {}

    static func index() throws -> CatalogIndex { try CatalogIndex.bundled(support: .toolkit) }
  }
}

extension Deepmed.CatalogCommand {
  /// Which entries are meant; several values of one option are alternatives.
  public struct Filter: ParsableArguments {
    @Option(help: ArgumentHelp("reference, dataset, framework or system.", valueName: "kind"))
    public var kind: [CatalogEntry.Kind] = []

    @Option(help: ArgumentHelp("Such as MRI, CT, histopathology, EEG.", valueName: "name"))
    public var modality: [String] = []

    @Option(help: ArgumentHelp("Such as brain, lung, breast.", valueName: "name"))
    public var bodyPart: [String] = []

    @Option(help: ArgumentHelp("Such as segmentation, detection, registration.", valueName: "name"))
    public var task: [String] = []

    @Option(help: ArgumentHelp("open, registration, restricted, mixed or closed.", valueName: "access"))
    public var access: [String] = []

    @Option(
      help: ArgumentHelp("A system's field: genomics, protein, chemistry, imaging, …", valueName: "name"))
    public var area: [String] = []

    @Flag(help: "Only what this toolkit reads, scores or has a network for.")
    public var supported = false

    public init() {}

    /// - Parameter formats: file formats; `export` has none, since its `--format` says what to write.
    func filter(formats: [String] = [], _ vocabulary: () throws -> Vocabulary) throws -> CatalogFilter {
      let texts: [Vocabulary.Field: [String]] = [
        .modality: modality, .bodyPart: bodyPart, .task: task, .access: access, .format: formats, .area: area,
      ]
      // Without words to look up, the vocabulary need not be read.
      var filter =
        texts.values.allSatisfy(\.isEmpty)
        ? CatalogFilter() : try CatalogFilter(texts, vocabulary: vocabulary())
      filter.kinds = kind
      filter.supportedOnly = supported
      return filter
    }
  }

  /// The JSON of all catalog commands.
  static func json(_ value: some Encodable) throws -> String {
    return String(decoding: try JSONEncoder.records.encode(value), as: UTF8.self)
  }

  /// The entry of an id.
  static func entry(_ id: String, in index: CatalogIndex) throws -> CatalogEntry {
    if let entry = try index.entry(id: id) { return entry }
    let near = try index.identifiers(near: id)
    throw CatalogError(
      "“\(id)” is no entry of the catalog",
      remedy: near.isEmpty
        ? "look for it: deepmed catalog search …" : "did you mean \(near.joined(separator: ", "))?",
      cause: .usage)
  }
}

extension CatalogEntry.Kind: ExpressibleByArgument {}
