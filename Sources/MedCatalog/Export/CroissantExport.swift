/// Data sets as Croissant 1.0, the metadata format of MLCommons.
///
/// One data set is written as the document that loaders of Croissant open; several are a JSON-LD graph whose nodes are
/// such documents under one shared context. Nothing is filled in that the catalog doesn't know: there are no checksums
/// and no record sets, and the files are told as far as the owners' layout names them.
///
/// - Source: Croissant Format Specification 1.0.
struct CroissantExport {
  let catalog: Catalog

  func text(_ entries: [CatalogEntry]) -> String {
    let nodes = entries.compactMap { entry in entry.dataset.map { members(entry, $0) } }
    let context = [("@context", Self.context)] as [(String, JSONText?)]
    guard nodes.count == 1 else {
      return JSONText.object(context + [("@graph", .array(nodes.map(JSONText.object)))]).text + "\n"
    }
    return JSONText.object(context + nodes[0]).text + "\n"
  }

  private func members(
    _ entry: CatalogEntry, _ facts: CatalogEntry.DatasetFacts
  ) -> [(String, JSONText?)] {
    let vocabulary = catalog.vocabulary
    let words =
      Vocabulary.Field.allCases.filter { $0 != .access && $0 != .format }.flatMap { field in
        entry.terms(field).map { vocabulary.name(field, $0) }
      } + entry.keywords
    let citation = entry.citation
    return [
      ("@type", "sc:Dataset"),
      ("@id", .string(entry.id)),
      ("conformsTo", "http://mlcommons.org/croissant/1.0"),
      ("name", .string(entry.name)),
      ("description", .string(entry.summary)),
      ("alternateName", entry.id == entry.name ? nil : .string(entry.id)),
      ("url", .optional(entry.currentLink?.url)),
      ("sameAs", .strings(entry.otherPlaces)),
      ("license", facts.terms.flatMap(KnownLicense.address).map { .string($0) }),
      ("conditionsOfAccess", .optional(conditions(facts))),
      ("citeAs", citation.map { .string(BibTeX.record(CitedWork(entry, $0)).oneLine) }),
      ("creator", citation.flatMap { people($0) }),
      ("keywords", .strings(words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })),
      ("isPartOf", facts.parent.flatMap { catalog[$0] }.map { .string($0.name) }),
      ("distribution", distribution(entry, facts)),
    ]
  }

  private func conditions(_ facts: CatalogEntry.DatasetFacts) -> String {
    let access = catalog.vocabulary.name(.access, facts.access.rawValue)
    return facts.terms.map { "\(access): \($0)" } ?? access
  }

  private func people(_ citation: Citation) -> JSONText? {
    let authors = citation.authors.map { SchemaExport.author($0, prefix: "sc:") }
    return authors.isEmpty ? nil : .array(authors)
  }

  private func distribution(_ entry: CatalogEntry, _ facts: CatalogEntry.DatasetFacts) -> JSONText? {
    let sets = LayoutFiles.kinds(in: facts.layout ?? "").map { kind -> JSONText in
      .object([
        ("@type", "cr:FileSet"),
        ("@id", .string("\(entry.id)/\(kind.ending)")),
        ("name", .string("\(entry.id)/\(kind.ending)")),
        ("description", .string("In the owners' layout: " + kind.patterns.joined(separator: " · "))),
        ("encodingFormat", .string(kind.mediaType)),
        ("includes", .string("**/*." + kind.ending)),
      ])
    }
    return sets.isEmpty ? nil : .array(sets)
  }

  /// The context that the specification prescribes.
  private static let context: JSONText = {
    func reference(_ id: String) -> JSONText { .object([("@id", .string(id)), ("@type", "@vocab")]) }
    func json(_ id: String) -> JSONText { .object([("@id", .string(id)), ("@type", "@json")]) }
    return .object([
      ("@language", "en"), ("@vocab", "https://schema.org/"), ("citeAs", "cr:citeAs"),
      ("column", "cr:column"), ("conformsTo", "dct:conformsTo"),
      ("cr", "http://mlcommons.org/croissant/"), ("rai", "http://mlcommons.org/croissant/RAI/"),
      ("data", json("cr:data")), ("dataType", reference("cr:dataType")),
      ("dct", "http://purl.org/dc/terms/"), ("equivalentProperty", "cr:equivalentProperty"),
      ("examples", json("cr:examples")), ("extract", "cr:extract"), ("field", "cr:field"),
      ("fileProperty", "cr:fileProperty"), ("fileObject", "cr:fileObject"), ("fileSet", "cr:fileSet"),
      ("format", "cr:format"), ("includes", "cr:includes"), ("isLiveDataset", "cr:isLiveDataset"),
      ("jsonPath", "cr:jsonPath"), ("key", "cr:key"), ("md5", "cr:md5"), ("parentField", "cr:parentField"),
      ("path", "cr:path"), ("recordSet", "cr:recordSet"), ("references", "cr:references"),
      ("regex", "cr:regex"), ("repeated", "cr:repeated"), ("replace", "cr:replace"),
      ("sc", "https://schema.org/"), ("separator", "cr:separator"), ("source", "cr:source"),
      ("subField", "cr:subField"), ("transform", "cr:transform"),
    ])
  }()
}

extension CitedWork {
  init(_ entry: CatalogEntry, _ citation: Citation) {
    self.init(
      key: entry.id, form: .publication(citation.type), citation: citation, link: nil,
      keywords: [], doubt: nil)
  }
}
