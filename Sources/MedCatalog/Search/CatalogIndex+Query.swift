import Foundation
import GRDB

/// An entry that a search found, in brief; `CatalogIndex.entry(id:)` has all of it.
public struct SearchHit: Codable, Hashable, Sendable, Identifiable {
  public var id: String
  public var kind: CatalogEntry.Kind
  public var name: String
  public var summary: String
  /// The year, what it is about, how to get it, what the toolkit does with it.
  public var facts: [String]
  /// Larger is better; comparable within one search only.
  public var score: Double
}

/// What a search found, and which words it took for misspelled.
public struct SearchResult: Codable, Hashable, Sendable {
  public var hits: [SearchHit]
  /// How many entries match in all.
  public var total: Int
  /// Typed words that stand nowhere, with the words searched instead.
  public var corrected: [String: String]
}

extension CatalogIndex {
  /// The entries that answer a question, best first.
  ///
  /// British and American spelling, synonyms of the field and small typing errors are forgiven. An entry that has
  /// all ideas of the query comes before one that has only some.
  ///
  /// - Parameter query: words in any order; words that say nothing ("of", "the", "dataset") are left out.
  public func search(
    _ query: String, filter: CatalogFilter = CatalogFilter(), limit: Int = 10
  ) throws -> SearchResult {
    try database.read { database in
      let text = SearchText(lines: try Self.meta("spelling", database))
      let groups = SynonymGroups(lines: try Self.meta("synonyms", database))
      var corrected: [String: String] = [:]
      let words = try text.queryWords(query).prefix(32).map { word in
        let found = try Self.known(word, groups: groups, database)
        if found != word { corrected[word] = found }
        return found
      }
      let admitted = try Self.admitted(filter, database)
      var scores: [Int: (score: Double, ideas: Int)] = [:]
      let concepts = groups.concepts(words)
      for (index, concept) in concepts.enumerated() {
        let isLast = index == concepts.count - 1
        for (row, score) in try Self.match(concept, startsWord: isLast, database)
        where admitted?.contains(row) ?? true {
          scores[row, default: (0, 0)].score += score
          scores[row, default: (0, 0)].ideas += 1
        }
      }
      let priors = try Self.priors(database)
      let ranked = scores.map { row, found in
        let share = Double(found.ideas) / Double(max(1, concepts.count))
        return (row: row, score: found.score * share * share * (priors[row] ?? 1))
      }
      .sorted { ($1.score, $0.row) < ($0.score, $1.row) }
      let hits = try ranked.prefix(max(0, limit)).compactMap { row, score in
        try Row.fetchOne(
          database, sql: "SELECT id, kind, name, summary, facts FROM entry WHERE position = ?",
          arguments: [row]
        ).flatMap { found -> SearchHit? in
          guard let kind = CatalogEntry.Kind(rawValue: found["kind"]) else { return nil }
          return SearchHit(
            id: found["id"], kind: kind, name: found["name"], summary: found["summary"],
            facts: (found["facts"] as String).split(separator: "\n").map(String.init), score: score)
        }
      }
      return SearchResult(hits: hits, total: ranked.count, corrected: corrected)
    }
  }

  /// All entries that pass a filter, in the catalog's order.
  public func entries(_ filter: CatalogFilter = CatalogFilter()) throws -> [CatalogEntry] {
    try database.read { database in
      let admitted = try Self.admitted(filter, database)
      let rows = try Row.fetchAll(database, sql: "SELECT position, json FROM entry ORDER BY position")
      let decoder = JSONDecoder()
      return try rows.filter { admitted?.contains($0["position"]) ?? true }.map {
        try decoder.decode(CatalogEntry.self, from: $0["json"])
      }
    }
  }

  public func entry(id: String) throws -> CatalogEntry? {
    try database.read { try Self.entry("id = ?", [id], $0) }
  }

  /// Known ids close to a misspelled one.
  public func identifiers(near id: String) throws -> [String] {
    let all = try database.read { try String.fetchAll($0, sql: "SELECT id FROM entry ORDER BY position") }
    let folded = id.lowercased()
    let containing = all.filter { !folded.isEmpty && $0.contains(folded) }
    return containing.isEmpty
      ? Spelling.nearest(to: id, in: all).map { [$0] } ?? [] : Array(containing.prefix(5))
  }

  public func vocabulary() throws -> Vocabulary { try decoded("vocabulary") }
  public func statistics() throws -> Catalog.Statistics { try decoded("statistics") }

  private func decoded<Value: Decodable>(_ key: String) throws -> Value {
    let data = try database.read {
      try Data.fetchOne($0, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
    }
    return try JSONDecoder().decode(Value.self, from: data ?? Data())
  }

  /// Whether the database was written to its end; the topics come last.
  func isWhole() throws -> Bool {
    try database.read { try Bool.fetchOne($0, sql: "SELECT count(*) = 6 FROM meta") ?? false }
  }

  // MARK: - Parts of a query

  private static func meta(_ key: String, _ database: Database) throws -> String {
    try String.fetchOne(
      database, sql: "SELECT CAST(value AS TEXT) FROM meta WHERE key = ?", arguments: [key]) ?? ""
  }

  private static func entry(
    _ condition: String, _ arguments: StatementArguments, _ database: Database
  ) throws -> CatalogEntry? {
    try Data.fetchOne(database, sql: "SELECT json FROM entry WHERE \(condition)", arguments: arguments)
      .map { try JSONDecoder().decode(CatalogEntry.self, from: $0) }
  }

  private static func priors(_ database: Database) throws -> [Int: Double] {
    let rows = try Row.fetchAll(database, sql: "SELECT position, prior FROM entry")
    return Dictionary(rows.map { ($0["position"] as Int, $0["prior"] as Double) }) { first, _ in first }
  }

  /// The rows that a filter lets through; nil when it lets all through.
  private static func admitted(_ filter: CatalogFilter, _ database: Database) throws -> Set<Int>? {
    guard filter != CatalogFilter() else { return nil }
    var conditions: [String] = []
    var arguments = StatementArguments()
    func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }
    if !filter.kinds.isEmpty {
      conditions.append("kind IN (\(marks(filter.kinds.count)))")
      arguments += StatementArguments(filter.kinds.map(\.rawValue))
    }
    if !filter.topics.isEmpty {
      conditions.append("topic IN (\(marks(filter.topics.count)))")
      arguments += StatementArguments(filter.topics)
    }
    if filter.supportedOnly { conditions.append("supported") }
    for (field, terms) in filter.terms where !terms.isEmpty {
      conditions.append(
        "position IN (SELECT entry FROM facet WHERE field = ? AND term IN (\(marks(terms.count))))")
      arguments += [field.rawValue] + StatementArguments(terms)
    }
    let filterText = conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
    return Set(
      try Int.fetchAll(database, sql: "SELECT position FROM entry WHERE \(filterText)", arguments: arguments))
  }

  /// How much what was typed counts, and what else means the same.
  private static let synonymWeight = 0.55

  /// The rows that have an idea, with their scores.
  private static func match(
    _ concept: SynonymGroups.Concept, startsWord: Bool, _ database: Database
  ) throws -> [Int: Double] {
    let words = concept.typed.split(separator: " ")
    var typed = words.map { "\"\($0)\"" }.joined(separator: " AND ")
    if words.count > 1 { typed = "(\(typed)) OR \"\(concept.typed)\"" }
    // The last word may still be in the typing.
    if startsWord, words.count == 1, concept.typed.count >= 3 { typed += " OR \"\(concept.typed)\"*" }
    var scores = try scores(of: typed, database)
    guard !concept.others.isEmpty else { return scores }
    let others = concept.others.map { "\"\($0)\"" }.joined(separator: " OR ")
    for (row, score) in try Self.scores(of: others, database) {
      // A synonym counts less than the word itself, and never adds to it: an entry needs one of them.
      scores[row] = max(scores[row] ?? 0, score * synonymWeight)
    }
    return scores
  }

  private static func scores(of expression: String, _ database: Database) throws -> [Int: Double] {
    let weights = columns.map { String($0.weight) }.joined(separator: ", ")
    let rows = try Row.fetchAll(
      database, sql: "SELECT rowid AS row, -bm25(text, \(weights)) AS score FROM text WHERE text MATCH ?",
      arguments: [expression])
    return Dictionary(rows.map { ($0["row"] as Int, $0["score"] as Double) }) { first, _ in first }
  }

  // MARK: - Typing errors

  /// The word itself where it stands anywhere; otherwise the closest word that does.
  private static func known(
    _ word: String, groups: SynonymGroups, _ database: Database
  ) throws -> String {
    let stands = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM text WHERE text MATCH ?)", arguments: ["\"\(word)\"*"])
    if stands == true || groups.knows(word) { return word }
    let typed = Array(word.utf8)
    let limit = Spelling.tolerance(typed.count)
    guard limit > 0 else { return word }
    var best: (word: String, far: Int, entries: Int)?
    let standing = try meta("words", database).split(separator: "\n").map { line in
      let pair = line.split(separator: " ")
      return (word: String(pair[0]), entries: Int(pair[1]) ?? 0)
    }
    let candidates = standing + groups.words.map { (word: $0, entries: 0) }
    for (candidate, entries) in candidates {
      let far = Spelling.distance(typed, Array(candidate.utf8), limit: limit)
      guard far <= limit else { continue }
      if best.map({ (far, -entries, candidate) < ($0.far, -$0.entries, $0.word) }) ?? true {
        best = (candidate, far, entries)
      }
    }
    return best?.word ?? word
  }
}
