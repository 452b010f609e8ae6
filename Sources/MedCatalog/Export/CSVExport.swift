/// A table of all fields, one row an entry, as RFC 4180 has it: CR LF, quotes where needed, lists joined by "; ".
struct CSVExport {
  let vocabulary: Vocabulary

  private typealias Column = (name: String, value: (CatalogEntry) -> String?)

  private var columns: [Column] {
    func list(_ texts: [String]) -> String { texts.joined(separator: "; ") }
    func names(_ field: Vocabulary.Field) -> (CatalogEntry) -> String? {
      { entry in list(entry.terms(field).map { vocabulary.name(field, $0) }) }
    }
    func links(_ roles: CatalogEntry.Link.Role...) -> (CatalogEntry) -> String? {
      { entry in
        list(
          entry.links.filter { roles.contains($0.role) }
            .map { $0.url + ($0.status.map { " (\($0.rawValue))" } ?? "") })
      }
    }
    return [
      ("id", { $0.id }), ("kind", { $0.kind.rawValue }), ("name", { $0.name }), ("topic", { $0.topic }),
      ("summary", { $0.summary }), ("lines", { list($0.lines.map(String.init)) }),
      ("modality", names(.modality)), ("body_part", names(.bodyPart)), ("task", names(.task)),
      ("area", names(.area)), ("keywords", { list($0.keywords) }), ("access", names(.access)),
      ("terms", { $0.dataset?.terms }), ("size", { $0.dataset?.size }), ("formats", names(.format)),
      ("layout", { $0.dataset?.layout }), ("labels", { $0.dataset?.labels }),
      ("metric", { $0.dataset?.metric }),
      ("status", { $0.dataset?.status?.rawValue ?? $0.framework?.status?.rawValue }),
      ("group", { $0.dataset?.parent }), ("is_group", { $0.dataset.map { $0.isGroup ? "yes" : "no" } }),
      ("duplicate_of", { $0.reference?.duplicateOf }), ("systems", { list($0.reference?.systems ?? []) }),
      ("references", { list($0.system?.references ?? []) }), ("input", { $0.system?.input }),
      ("input_shape", { $0.system?.inputShape }), ("architecture", { $0.system?.architecture }),
      ("output", { $0.system?.output }), ("result", { $0.system?.result }),
      ("language", { $0.framework?.language }), ("engine", { $0.framework?.engine }),
      ("license", { $0.framework?.license }), ("link_primary", links(.primary)),
      ("link_paper", links(.paper)), ("link_code", links(.code)), ("link_download", links(.download)),
      ("link_mirror", links(.mirror, .archive)), ("link_documentation", links(.documentation)),
      (
        "authors",
        { entry in entry.citation.map { list($0.authors + ($0.hasMoreAuthors ? ["et al."] : [])) } }
      ),
      ("title", { $0.citation?.title }), ("type", { $0.citation?.type.rawValue }),
      ("venue", { $0.citation?.venue }), ("year", { $0.citation?.year.map(String.init) }),
      ("volume", { $0.citation?.volume }), ("issue", { $0.citation?.issue }),
      ("pages", { $0.citation?.pages }), ("publisher", { $0.citation?.publisher }),
      ("doi", { $0.citation?.doi }), ("arxiv", { $0.citation?.arxiv }), ("pmid", { $0.citation?.pmid }),
      ("citation_url", { $0.citation?.url }),
      (
        "corrections",
        { entry in
          list(
            entry.corrections.map { correction in
              var text = "\(correction.kind.rawValue): \(correction.note)"
              if let was = correction.was { text += " Was: \(was)" }
              if let now = correction.now { text += " Now: \(now)" }
              return text
            })
        }
      ),
      ("related", { list($0.related) }),
      (
        "uncertain",
        { entry in list(entry.uncertain.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }) }
      ),
      ("reader", { $0.support.reader ? "yes" : "no" }), ("scorer", { $0.support.scorer ? "yes" : "no" }),
      ("networks", { list($0.support.networks) }),
    ]
  }

  func text(_ entries: [CatalogEntry]) -> String {
    let columns = columns
    let header = columns.map(\.name).joined(separator: ",")
    let rows = entries.map { entry in
      columns.map { Self.quoted($0.value(entry) ?? "") }.joined(separator: ",")
    }
    return ([header] + rows).map { $0 + "\r\n" }.joined()
  }

  private static func quoted(_ text: String) -> String {
    text.utf8.contains { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }
      ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
