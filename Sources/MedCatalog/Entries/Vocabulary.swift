/// The words that entries and filters use.
public struct Vocabulary: Codable, Hashable, Sendable {
  public enum Field: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
    case modality, bodyPart, task, format, access, area
  }

  public struct Term: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    /// What people type for it.
    public var synonyms: [String] = []
    /// The wider term: who looks for that one finds this one too.
    public var broader: String?
  }

  /// In the order of the file.
  public var terms: [Field: [Term]] = [:]
  /// Groups of words that a search treats as one.
  public var synonyms: [[String]] = []
  /// British spelling to American.
  public var spelling: [String: String] = [:]

  public func term(_ field: Field, _ id: String) -> Term? { terms[field]?.first { $0.id == id } }

  public func name(_ field: Field, _ id: String) -> String { term(field, id)?.name ?? id }

  /// The id and all wider ones.
  public func widened(_ field: Field, _ id: String) -> [String] {
    var chain = [id]
    while let next = term(field, chain[chain.count - 1])?.broader, !chain.contains(next) {
      chain.append(next)
    }
    return chain
  }

  /// The term that a person means: its id, its name or a synonym, in any case.
  public func resolve(_ field: Field, _ text: String) -> Term? {
    let wanted = text.lowercased()
    let all = terms[field] ?? []
    return all.first { $0.id == wanted } ?? all.first { $0.name.lowercased() == wanted }
      ?? all.first { $0.synonyms.contains(wanted) }
  }
}
