import Foundation
import GRDB

extension CatalogIndex {
  /// Columns of the full-text index with their weights: a word in a name says more than one in a description.
  static let columns: [(name: String, weight: Double)] = [
    ("name", 10), ("keywords", 7), ("facets", 5), ("citation", 3), ("summary", 3), ("details", 1),
  ]

  static func fill(_ database: Database, with catalog: Catalog) throws {
    try database.execute(
      sql: """
        CREATE TABLE entry (
          position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL,
          supported INTEGER NOT NULL, prior REAL NOT NULL, name TEXT NOT NULL, summary TEXT NOT NULL,
          facts TEXT NOT NULL, json BLOB NOT NULL);
        CREATE TABLE facet (field TEXT, term TEXT, entry INTEGER, PRIMARY KEY (field, term, entry)) WITHOUT ROWID;
        CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL);
        CREATE VIRTUAL TABLE text USING fts5(
          \(columns.map(\.name).joined(separator: ", ")), tokenize = 'porter unicode61');
        """)
    let encoder = JSONEncoder()
    let text = SearchText(spelling: catalog.vocabulary.spelling)
    let groups = SynonymGroups(catalog.vocabulary, text: text)
    var words: [String: Int] = [:]
    let insertEntry = try database.makeStatement(
      sql: "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    let insertFacet = try database.makeStatement(sql: "INSERT INTO facet VALUES (?, ?, ?)")
    let insertText = try database.makeStatement(
      sql: "INSERT INTO text (rowid, \(columns.map(\.name).joined(separator: ", "))) "
        + "VALUES (?, \(columns.map { _ in "?" }.joined(separator: ", ")))")
    for (position, entry) in catalog.entries.enumerated() {
      try insertEntry.execute(
        arguments: [
          position, entry.id, entry.kind.rawValue, entry.topic, !entry.support.isEmpty, entry.prior,
          entry.name, entry.summary, entry.facts.joined(separator: "\n"), try encoder.encode(entry),
        ])
      for field in Vocabulary.Field.allCases {
        for term in Set(entry.terms(field).flatMap { catalog.vocabulary.widened(field, $0) }) {
          try insertFacet.execute(arguments: [field.rawValue, term, position])
        }
      }
      let contents = contents(of: entry, vocabulary: catalog.vocabulary).map(text.normalized)
      try insertText.execute(arguments: [position] + StatementArguments(contents))
      for word in Set(contents.flatMap { $0.split(separator: " ") }) { words[String(word), default: 0] += 1 }
    }
    let meta: [(String, Data)] = [
      ("words", Data(words.map { "\($0.key) \($0.value)" }.sorted().joined(separator: "\n").utf8)),
      ("spelling", Data(text.lines.utf8)), ("synonyms", Data(groups.lines.utf8)),
      ("vocabulary", try encoder.encode(catalog.vocabulary)),
      ("statistics", try encoder.encode(catalog.statistics)),
      ("topics", try encoder.encode(catalog.topics)),
    ]
    for (key, value) in meta {
      try database.execute(sql: "INSERT INTO meta VALUES (?, ?)", arguments: [key, value])
    }
  }

  /// The texts of the columns.
  private static func contents(of entry: CatalogEntry, vocabulary: Vocabulary) -> [String] {
    var facets: [String] = []
    for field in Vocabulary.Field.allCases where field != .access {
      for id in entry.terms(field) {
        facets += vocabulary.widened(field, id).map { vocabulary.name(field, $0) }
      }
    }
    if let access = entry.dataset?.access { facets.append(access.rawValue) }
    let citation = entry.citation.map { citation in
      (citation.authors + [citation.title, citation.venue ?? "", citation.year.map(String.init) ?? ""])
        .joined(separator: " ")
    }
    let details = [
      entry.dataset?.labels, entry.dataset?.metric, entry.dataset?.size, entry.dataset?.terms,
      entry.system?.input,
      entry.system?.architecture, entry.system?.output, entry.system?.result, entry.framework?.engine,
      entry.framework?.language,
    ]
    return [
      entry.name + " " + entry.id, entry.keywords.joined(separator: " . "), facets.joined(separator: " . "),
      citation ?? "", entry.summary, details.compactMap { $0 }.joined(separator: " . "),
    ]
  }
}

extension CatalogEntry {
  /// What people look for most comes first among equals; the second mention of a work comes last.
  fileprivate var prior: Double {
    switch kind {
    case .dataset: 1.25
    case .framework, .system: 1.1
    case .reference: reference?.duplicateOf == nil ? 1 : 0.6
    }
  }
}
