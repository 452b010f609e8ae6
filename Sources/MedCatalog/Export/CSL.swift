/// CSL-JSON, after the schema of the Citation Style Language, version 1.0.
enum CSL {
  static func text(_ works: [CitedWork]) -> String { JSONText.array(works.map(item)).text + "\n" }

  static func item(_ work: CitedWork) -> JSONText {
    let citation = work.citation
    var authors = citation.authors.map { author -> JSONText in
      let parts = Citation.parts(of: author.oneLine)
      guard let given = parts.given else { return .object([("literal", .string(parts.family))]) }
      return .object([("family", .string(parts.family)), ("given", .string(given))])
    }
    // Processors that read this sign write "et al."; the others show the word.
    if citation.hasMoreAuthors, !authors.isEmpty { authors.append(.object([("literal", "others")])) }
    let eprint = citation.arxiv.map { "arXiv:" + $0 }
    return .object([
      ("id", .string(work.key)),
      ("type", .string(type(work.form))),
      ("title", .string(citation.title.oneLine)),
      ("author", authors.isEmpty ? nil : .array(authors)),
      (
        "issued",
        citation.year.map { .object([("date-parts", .array([.array([.number($0)])]))]) }
      ),
      (isNumbered(work.form) ? "container-title" : "publisher", .optional(citation.venue?.oneLine)),
      (
        "publisher",
        isNumbered(work.form)
          ? .optional(citation.publisher?.oneLine)
          : citation.venue == nil ? .optional(citation.publisher ?? citation.arxiv.map { _ in "arXiv" }) : nil
      ),
      ("volume", .optional(citation.volume)),
      ("issue", .optional(citation.issue)),
      ("page", .optional(citation.pages)),
      ("number", .optional(eprint)),
      ("DOI", .optional(citation.doi)),
      ("PMID", .optional(citation.pmid)),
      ("URL", .optional(work.address)),
      ("keyword", work.keywords.isEmpty ? nil : .string(work.keywords.joined(separator: ", "))),
      ("note", work.doubt.map { .string("Not certain: " + $0.oneLine) }),
    ])
  }

  private static func type(_ form: CitedWork.Form) -> String {
    switch form {
    case .dataset: "dataset"
    case .software: "software"
    case .publication(let medium):
      switch medium {
      case .article: "article-journal"
      case .conference: "paper-conference"
      case .preprint: "article"
      case .thesis: "thesis"
      case .slides: "speech"
      case .web: "webpage"
      case .image: "graphic"
      case .book: "book"
      }
    }
  }

  /// Whether the venue is a thing with volumes rather than a publisher.
  private static func isNumbered(_ form: CitedWork.Form) -> Bool {
    guard case .publication(let medium) = form else { return false }
    return medium == .article || medium == .conference || medium == .web || medium == .slides
  }
}
