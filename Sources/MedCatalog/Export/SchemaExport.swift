/// The catalog as JSON-LD in the words of schema.org: a `DataCatalog` and a node for each entry.
struct SchemaExport {
  let catalog: Catalog

  func text(_ entries: [CatalogEntry]) -> String {
    let merged = entries.filter { $0.reference?.duplicateOf == nil }
    let head = JSONText.object([
      ("@type", "DataCatalog"), ("@id", "#catalog"), ("name", .string(catalog.list.title)),
      ("description", .string(catalog.list.source)),
      (
        "dataset",
        references(merged.filter { $0.kind == .dataset }.map(\.id))
      ),
    ])
    return JSONText.object([
      ("@context", "https://schema.org"), ("@graph", .array([head] + merged.map(node))),
    ]).text + "\n"
  }

  private func node(_ entry: CatalogEntry) -> JSONText {
    let common: [(String, JSONText?)] = [
      ("@type", .string(type(entry))), ("@id", .string("#" + entry.id)), ("name", .string(entry.name)),
      ("description", .string(entry.summary)), ("url", .optional(entry.currentLink?.url)),
      ("sameAs", .strings(entry.otherPlaces)),
      ("keywords", .strings(words(entry))),
    ]
    let own: [(String, JSONText?)] =
      switch entry.kind {
      case .reference: entry.citation.map(article) ?? []
      case .dataset: entry.dataset.map { dataset(entry, $0) } ?? []
      case .framework: entry.framework.map { framework(entry, $0) } ?? []
      case .system: entry.system.map(system) ?? []
      }
    return .object(common + own)
  }

  private func type(_ entry: CatalogEntry) -> String {
    switch entry.kind {
    case .dataset: "Dataset"
    case .framework, .system: "SoftwareApplication"
    case .reference:
      switch entry.citation?.type {
      case .article, .conference, .preprint: "ScholarlyArticle"
      case .thesis: "Thesis"
      case .slides: "PresentationDigitalDocument"
      case .web: "WebPage"
      case .image: "ImageObject"
      case .book: "Book"
      case nil: "CreativeWork"
      }
    }
  }

  private func words(_ entry: CatalogEntry) -> [String] {
    let names = Vocabulary.Field.allCases.filter { $0 != .access && $0 != .format }.flatMap { field in
      entry.terms(field).map { catalog.vocabulary.name(field, $0) }
    }
    return (names + entry.keywords).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  // MARK: - Kinds

  private func article(_ citation: Citation) -> [(String, JSONText?)] {
    let identifiers = [("DOI", citation.doi), ("arXiv", citation.arxiv), ("PMID", citation.pmid)]
      .compactMap { name, value in
        value.map {
          JSONText.object([("@type", "PropertyValue"), ("propertyID", .string(name)), ("value", .string($0))])
        }
      }
    let isJournal = citation.type == .article
    return [
      ("headline", .string(citation.title)),
      ("author", citation.authors.isEmpty ? nil : .array(citation.authors.map { Self.author($0) })),
      ("datePublished", citation.year.map { .string(String($0)) }),
      (
        "isPartOf",
        citation.venue.map {
          .object([("@type", isJournal ? "Periodical" : "CreativeWork"), ("name", .string($0))])
        }
      ),
      (
        "publisher",
        citation.publisher.map { .object([("@type", "Organization"), ("name", .string($0))]) }
      ),
      ("pagination", .optional(citation.pages)),
      ("identifier", identifiers.isEmpty ? nil : .array(identifiers)),
    ]
  }

  private func dataset(
    _ entry: CatalogEntry, _ facts: CatalogEntry.DatasetFacts
  ) -> [(String, JSONText?)] {
    let access = catalog.vocabulary.name(.access, facts.access.rawValue)
    let members = catalog.entries.filter { $0.dataset?.parent == entry.id }.map(\.id)
    return [
      ("includedInDataCatalog", .object([("@id", "#catalog")])),
      ("license", facts.terms.flatMap(KnownLicense.address).map { .string($0) }),
      ("conditionsOfAccess", .string(facts.terms.map { "\(access): \($0)" } ?? access)),
      ("size", .optional(facts.size)),
      ("encodingFormat", .strings(facts.formats.map { catalog.vocabulary.name(.format, $0) })),
      ("measurementTechnique", .strings(entry.modality.map { catalog.vocabulary.name(.modality, $0) })),
      ("isPartOf", facts.parent.map { .object([("@id", .string("#" + $0))]) }),
      ("hasPart", references(members)),
      ("citation", .optional(entry.citation?.line)),
    ]
  }

  private func framework(
    _ entry: CatalogEntry, _ facts: CatalogEntry.FrameworkFacts
  ) -> [(String, JSONText?)] {
    [
      ("applicationCategory", "Machine learning framework"),
      ("softwareRequirements", .strings([facts.language, facts.engine].compactMap { $0 })),
      ("license", facts.license.map { .string(KnownLicense.address(of: $0) ?? $0) }),
      ("citation", .optional(entry.citation?.line)),
    ]
  }

  private func system(_ facts: CatalogEntry.SystemFacts) -> [(String, JSONText?)] {
    [
      ("applicationCategory", .string(catalog.vocabulary.name(.area, facts.area))),
      ("featureList", .strings([facts.architecture, facts.input, facts.output])),
      ("citation", references(facts.references)),
    ]
  }

  private func references(_ ids: [String]) -> JSONText? {
    ids.isEmpty ? nil : .array(ids.map { .object([("@id", .string("#" + $0))]) })
  }

  static func author(_ author: String, prefix: String = "") -> JSONText {
    let parts = Citation.parts(of: author)
    guard let given = parts.given else {
      return .object([("@type", .string(prefix + "Organization")), ("name", .string(parts.family))])
    }
    return .object([
      ("@type", .string(prefix + "Person")), ("name", .string("\(given) \(parts.family)")),
      ("givenName", .string(given)), ("familyName", .string(parts.family)),
    ])
  }
}
