import Foundation

extension CatalogSite {
  /// What the page reads.
  private struct Payload: Encodable {
    struct Extra: Encodable {
      var bibtex: String?
      /// Where to go today.
      var url: String?
    }

    var title: String
    var statistics: Catalog.Statistics
    var topics: [Catalog.Topic]
    var vocabulary: Vocabulary
    var entries: [CatalogEntry]
    var extras: [String: Extra]
  }

  /// JSON that can stand inside a script element: no sign of it can end the element or begin a comment.
  func data() throws -> String {
    let byID = Dictionary(catalog.entries.map { ($0.id, $0) }) { first, _ in first }
    let extras = catalog.entries.map { entry in
      let work = (entry.reference?.duplicateOf.flatMap { byID[$0] } ?? entry).work
      return (entry.id, Payload.Extra(bibtex: work.map(BibTeX.record), url: entry.currentLink?.url))
    }
    let payload = Payload(
      title: catalog.list.title, statistics: catalog.statistics, topics: catalog.topics,
      vocabulary: catalog.vocabulary, entries: catalog.entries,
      extras: Dictionary(extras) { first, _ in first })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(payload), as: UTF8.self)
    return text.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing(
      "&", with: "\\u0026")
  }
}

enum HTMLText {
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
