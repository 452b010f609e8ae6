/// Something a text can cite: a key and what is known of the work.
struct CitedWork {
  enum Form { case publication(Citation.Medium), dataset, software }

  var key: String
  var form: Form
  var citation: Citation
  var link: String?
  var keywords: [String]
  /// What is not certain about the citation.
  var doubt: String?

  /// A place on the web: the work's own address, or the entry's first link.
  var address: String? { citation.url ?? link }
}

extension CatalogEntry {
  /// How to cite the entry; a data set or framework without a paper is cited by its name and address.
  var work: CitedWork? {
    if let citation {
      return CitedWork(
        key: id, form: .publication(citation.type), citation: citation, link: currentLink?.url,
        keywords: keywords, doubt: uncertain["citation"])
    }
    guard kind == .dataset || kind == .framework, let link = currentLink ?? primaryLink else { return nil }
    return CitedWork(
      key: id, form: kind == .dataset ? .dataset : .software,
      citation: Citation(authors: [], title: name, type: .web), link: link.url, keywords: keywords)
  }
}

extension Catalog {
  /// What the entries lead to, each work once, in the entries' order.
  func works(of entries: [CatalogEntry]) -> [CitedWork] {
    let byID = Dictionary(self.entries.map { ($0.id, $0) }) { first, _ in first }
    var seen: Set<String> = []
    var works: [CitedWork] = []
    for entry in entries {
      let cited: [CatalogEntry] =
        if let system = entry.system {
          system.references.compactMap { byID[$0] }
        } else {
          [entry]
        }
      for entry in cited.map({ $0.reference?.duplicateOf.flatMap { byID[$0] } ?? $0 }) {
        if let work = entry.work, seen.insert(work.key).inserted { works.append(work) }
      }
    }
    return works
  }
}

extension String {
  /// In one line, without control characters.
  var oneLine: String {
    split(whereSeparator: {
      $0.isWhitespace || $0.isNewline || ($0.asciiValue.map { $0 < 32 || $0 == 127 } ?? false)
    })
    .joined(separator: " ")
  }
}
