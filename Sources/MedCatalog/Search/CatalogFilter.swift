import MedVoxel

/// Which entries a list or a search shows. Several values of one field are alternatives; fields hold together.
public struct CatalogFilter: Hashable, Sendable {
  public var kinds: [CatalogEntry.Kind] = []
  /// Ids of the vocabulary; a wider term includes the narrower ones.
  public var terms: [Vocabulary.Field: [String]] = [:]
  public var topics: [String] = []
  /// Only what the toolkit reads, scores or has a network for.
  public var supportedOnly = false

  public init() {}

  /// - Parameter texts: what a person typed for each field: ids, names or synonyms, in any case.
  /// - Throws: `CatalogError` with all unknown words and the nearest known ones.
  public init(_ texts: [Vocabulary.Field: [String]], vocabulary: Vocabulary) throws(CatalogError) {
    var problems: [Problem] = []
    for field in Vocabulary.Field.allCases {
      for text in texts[field] ?? [] {
        if let term = vocabulary.resolve(field, text) {
          terms[field, default: []].append(term.id)
        } else {
          let known = (vocabulary.terms[field] ?? []).flatMap { [$0.id] + $0.synonyms }
          problems.append(
            Problem(
              "“\(text)” is no known \(field.rawValue)",
              remedy: Spelling.nearest(to: text, in: known).map { "did you mean “\($0)”?" }
                ?? "known are " + (vocabulary.terms[field] ?? []).map(\.id).joined(separator: ", ")))
        }
      }
    }
    guard problems.isEmpty else { throw CatalogError(problems, cause: .usage) }
  }

  /// Whether an entry, with the wider terms of its own, passes.
  public func admits(_ entry: CatalogEntry, vocabulary: Vocabulary) -> Bool {
    if !kinds.isEmpty, !kinds.contains(entry.kind) { return false }
    if !topics.isEmpty, !topics.contains(entry.topic) { return false }
    if supportedOnly, entry.support.isEmpty { return false }
    return terms.allSatisfy { field, wanted in
      wanted.isEmpty
        || entry.terms(field).contains { id in
          vocabulary.widened(field, id).contains { wanted.contains($0) }
        }
    }
  }
}

extension CatalogEntry {
  /// The ids that the entry has of a field of the vocabulary.
  public func terms(_ field: Vocabulary.Field) -> [String] {
    switch field {
    case .modality: modality
    case .bodyPart: bodyPart
    case .task: task
    case .format: dataset?.formats ?? []
    case .access: dataset.map { [$0.access.rawValue] } ?? []
    case .area: system.map { [$0.area] } ?? []
    }
  }
}
