import Yams

/// Reads entries from YAML mappings, all problems at once.
struct EntryReader {
  let log: ProblemLog

  func entry(_ fields: YAMLFields, topic: String) -> CatalogEntry? {
    let kind = fields.choice("kind", of: CatalogEntry.Kind.self)
    if !fields.has("kind") { fields.problem("`kind` is missing") }
    var entry = CatalogEntry(
      id: fields.requiredText("id"), kind: kind ?? .reference, name: fields.requiredText("name"),
      topic: topic,
      summary: fields.requiredText("summary"))
    entry.lines = fields.integers("lines")
    entry.modality = fields.texts("modality")
    entry.bodyPart = fields.texts("bodyPart")
    entry.task = fields.texts("task")
    entry.keywords = fields.texts("keywords")
    entry.links = fields.mappings("links", what: "a link").compactMap(link)
    entry.citation = fields.mapping("citation", what: "the citation").map(citation)
    entry.corrections = fields.mappings("corrections", what: "a correction").compactMap(correction)
    entry.related = fields.texts("related")
    entry.uncertain = fields.mapping("uncertain", what: "the uncertain fields")?.textsByKey() ?? [:]
    switch kind {
    case .reference: entry.reference = reference(fields)
    case .dataset: entry.dataset = dataset(fields)
    case .framework: entry.framework = framework(fields)
    case .system: entry.system = system(fields)
    case nil: return nil
    }
    fields.finish()
    return entry
  }

  private func link(_ fields: YAMLFields) -> CatalogEntry.Link? {
    let role = fields.choice("role", of: CatalogEntry.Link.Role.self)
    let url = fields.requiredText("url")
    let status = fields.choice("status", of: CatalogEntry.Link.Status.self)
    if !fields.has("role") { fields.problem("`role` is missing") }
    fields.finish()
    return role.map { .init(role: $0, url: url, status: status) }
  }

  private func correction(_ fields: YAMLFields) -> CatalogEntry.Correction? {
    let kind = fields.choice("kind", of: CatalogEntry.Correction.Kind.self)
    if !fields.has("kind") { fields.problem("`kind` is missing") }
    let note = fields.requiredText("note")
    let (was, now) = (fields.text("was"), fields.text("now"))
    fields.finish()
    return kind.map { .init(kind: $0, note: note, was: was, now: now) }
  }

  private func citation(_ fields: YAMLFields) -> Citation {
    var citation = Citation(
      authors: fields.texts("authors"), hasMoreAuthors: fields.flag("etAl"),
      title: fields.requiredText("title"), type: fields.choice("type", of: Citation.Medium.self) ?? .article)
    if !fields.has("type") { fields.problem("`type` is missing") }
    citation.venue = fields.text("venue")
    citation.year = fields.integer("year")
    citation.volume = fields.text("volume")
    citation.issue = fields.text("issue")
    citation.pages = fields.text("pages")
    citation.publisher = fields.text("publisher")
    citation.doi = fields.text("doi")
    citation.arxiv = fields.text("arxiv")
    citation.pmid = fields.text("pmid")
    citation.url = fields.text("url")
    fields.finish()
    return citation
  }

  private func reference(_ fields: YAMLFields) -> CatalogEntry.ReferenceFacts {
    if !fields.has("citation") { fields.problem("`citation` is missing") }
    return .init(duplicateOf: fields.text("duplicateOf"), systems: fields.texts("systems"))
  }

  private func dataset(_ fields: YAMLFields) -> CatalogEntry.DatasetFacts {
    if !fields.has("access") { fields.problem("`access` is missing") }
    var facts = CatalogEntry.DatasetFacts(
      access: fields.choice("access", of: CatalogEntry.DatasetFacts.Access.self) ?? .closed)
    facts.size = fields.text("size")
    facts.terms = fields.text("terms")
    facts.formats = fields.texts("formats")
    facts.layout = fields.text("layout")
    facts.labels = fields.text("labels")
    facts.metric = fields.text("metric")
    facts.status = fields.choice("status", of: CatalogEntry.DatasetFacts.Status.self)
    facts.parent = fields.text("parent")
    facts.isGroup = fields.flag("group")
    return facts
  }

  private func framework(_ fields: YAMLFields) -> CatalogEntry.FrameworkFacts {
    .init(
      language: fields.text("language"), engine: fields.text("engine"), license: fields.text("license"),
      status: fields.choice("status", of: CatalogEntry.FrameworkFacts.Status.self))
  }

  private func system(_ fields: YAMLFields) -> CatalogEntry.SystemFacts {
    .init(
      area: fields.requiredText("area"), references: fields.texts("references"),
      input: fields.requiredText("input"), inputShape: fields.text("inputShape"),
      architecture: fields.requiredText("architecture"), output: fields.requiredText("output"),
      result: fields.requiredText("result"))
  }
}
