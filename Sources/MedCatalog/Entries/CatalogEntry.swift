/// One entry of the catalog: a reference, a data set, a framework, or a system that a reference describes.
public struct CatalogEntry: Codable, Hashable, Sendable, Identifiable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    case reference, dataset, framework, system
  }

  /// Lower-case words joined by hyphens; unique in the catalog.
  public var id: String
  public var kind: Kind
  public var name: String
  /// The file the entry stands in, such as `brain` or `regulatory-genomics`.
  public var topic: String
  /// What it is, in one to three sentences.
  public var summary: String
  /// Where it stands in the list the catalog grew from; empty for systems and for members of a group.
  public var lines: [Int] = []
  /// Ids of the vocabulary.
  public var modality: [String] = []
  public var bodyPart: [String] = []
  public var task: [String] = []
  /// What people type who look for it.
  public var keywords: [String] = []
  public var links: [Link] = []
  public var citation: Citation?
  /// What was wrong in the list, and what was made of it.
  public var corrections: [Correction] = []
  public var related: [String] = []
  /// Field names whose content is not certain, each with the reason.
  public var uncertain: [String: String] = [:]

  /// What only a reference has.
  public var reference: ReferenceFacts?
  /// What only a data set has.
  public var dataset: DatasetFacts?
  /// What only a framework has.
  public var framework: FrameworkFacts?
  /// What only a system has.
  public var system: SystemFacts?
  /// What this toolkit does with the entry today; filled in from the code, never from a file.
  public var support = Support()

  public struct Link: Codable, Hashable, Sendable {
    public enum Role: String, Codable, CaseIterable, Sendable {
      case primary, paper, code, mirror, archive, documentation, download
    }
    public enum Status: String, Codable, CaseIterable, Sendable { case broken, moved, unverified }

    public var role: Role
    public var url: String
    public var status: Status?
  }

  public struct Correction: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, CaseIterable, Sendable {
      case gluedLine = "glued-line"
      case brokenLink = "broken-link"
      case duplicate
      case moved
      case typo
      case missingLink = "missing-link"
      case bareLink = "bare-link"
      case wrongNumber = "wrong-number"
      case naming
      case wrongFact = "wrong-fact"
    }

    public var kind: Kind
    public var note: String
    public var was: String?
    public var now: String?
  }

  public struct ReferenceFacts: Codable, Hashable, Sendable {
    /// The first entry of the same work, where the list names it twice.
    public var duplicateOf: String?
    /// Ids of the systems it describes.
    public var systems: [String] = []
  }

  public struct DatasetFacts: Codable, Hashable, Sendable {
    public enum Access: String, Codable, CaseIterable, Sendable {
      case open, registration, restricted, mixed, closed
    }
    public enum Status: String, Codable, CaseIterable, Sendable { case alive, moved, gone }

    public var access: Access
    public var size: String?
    public var terms: String?
    /// Ids of the vocabulary.
    public var formats: [String] = []
    /// The owners' folder layout, one pattern a line.
    public var layout: String?
    public var labels: String?
    /// The official metric.
    public var metric: String?
    public var status: Status?
    /// The group it belongs to.
    public var parent: String?
    public var isGroup = false
  }

  public struct FrameworkFacts: Codable, Hashable, Sendable {
    public enum Status: String, Codable, CaseIterable, Sendable { case active, unmaintained }

    public var language: String?
    public var engine: String?
    public var license: String?
    public var status: Status?
  }

  public struct SystemFacts: Codable, Hashable, Sendable {
    /// Id of the vocabulary.
    public var area: String
    /// Ids of the references that describe it.
    public var references: [String]
    public var input: String
    public var inputShape: String?
    public var architecture: String
    public var output: String
    /// The headline figure, as reported.
    public var result: String
  }

  /// The link to open first.
  public var primaryLink: Link? {
    links.first { $0.role == .primary && $0.status != .broken } ?? links.first { $0.status != .broken }
      ?? links.first
  }

  /// The entry in a few words: the year, what it is about, how to get it, what the toolkit does with it.
  public var facts: [String] {
    [citation?.year.map(String.init)].compactMap { $0 } + modality + bodyPart + task
      + [dataset?.access.rawValue].compactMap { $0 } + support.words
  }
}
