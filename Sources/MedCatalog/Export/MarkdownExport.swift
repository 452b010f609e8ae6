/// The list again: sections by kind and topic, one style of citations, duplicates merged, links mended.
struct MarkdownExport {
  let catalog: Catalog
  let entries: [CatalogEntry]

  private var vocabulary: Vocabulary { catalog.vocabulary }

  var text: String {
    var blocks = ["# \(Markdown.escaped(catalog.list.title))", introduction]
    let sections = CatalogEntry.Kind.allCases.map { ($0, entries(of: $0)) }.filter { !$0.1.isEmpty }
    blocks.append(
      sections.map { kind, entries in
        "- [\(kind.title)](#\(Markdown.anchor(kind.title))) (\(entries.count))"
      }.joined(separator: "\n"))
    for (kind, entries) in sections {
      blocks.append("## \(kind.title)")
      if let note = mergeNote(kind) { blocks.append(note) }
      for topic in catalog.topics where topic.kind == kind {
        let members = entries.filter { $0.topic == topic.id }
        guard !members.isEmpty else { continue }
        blocks.append(
          "### \(Markdown.escaped(topic.title.replacing("Systems: ", with: "").capitalizedFirst))")
        blocks.append(
          members.filter { !isNested($0, in: members) }.map { item($0, beside: members) }.joined(
            separator: "\n"))
      }
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private var introduction: String {
    let counts = CatalogEntry.Kind.allCases.map { ($0, entries(of: $0).count) }.filter { $0.1 > 0 }
      .map { "\($0.1) \($0.1 == 1 ? $0.0.singular : $0.0.title.lowercased())" }
    return
      "A curated list of data sets, publications, models and software for machine learning in biomedicine: "
      + counts.joined(separator: ", ")
      + ". It is written from the catalog's data; change the data, not this file."
  }

  /// The entries of a kind, without second mentions.
  private func entries(of kind: CatalogEntry.Kind) -> [CatalogEntry] {
    let ids = Set(entries.map(\.id))
    return entries.filter { entry in
      entry.kind == kind && !(entry.reference?.duplicateOf.map(ids.contains) ?? false)
    }
  }

  private func isNested(_ entry: CatalogEntry, in members: [CatalogEntry]) -> Bool {
    entry.dataset?.parent.map { parent in members.contains { $0.id == parent } } ?? false
  }

  private func mergeNote(_ kind: CatalogEntry.Kind) -> String? {
    let merged = entries.count { $0.kind == kind } - entries(of: kind).count
    guard merged > 0 else { return nil }
    return
      "\(merged) \(merged == 1 ? "work" : "works") that stood in the list twice \(merged == 1 ? "is" : "are") merged here."
  }

  // MARK: - Entries

  private func item(_ entry: CatalogEntry, beside others: [CatalogEntry], indent: String = "") -> String {
    var lines = [headline(entry)]
    if entry.kind != .reference { lines.append(Markdown.escaped(entry.summary)) }
    lines += facts(entry)
    let links = links(entry)
    if !links.isEmpty { lines.append(links.joined(separator: " · ")) }
    lines += notes(entry)
    let own = lines.enumerated().map { $0 == 0 ? "\(indent)- \($1)" : "\(indent)  \($1)" }
      .joined(separator: "  \n")
    let members = others.filter { $0.dataset?.parent == entry.id }
      .map { item($0, beside: others, indent: indent + "  ") }
    return ([own] + members).joined(separator: "\n")
  }

  private func headline(_ entry: CatalogEntry) -> String {
    if entry.kind == .reference, let citation = entry.citation {
      let line = Markdown.escaped(citation.line)
      let address =
        citation.doi.map { "https://doi.org/" + $0 } ?? citation.arxiv.map { "https://arxiv.org/abs/" + $0 }
        ?? entry.currentLink?.url ?? citation.url
      let label = citation.doi.map { "doi:" + $0 } ?? citation.arxiv.map { "arXiv:" + $0 } ?? "link"
      return address.map { "\(line) \(Markdown.link(label, $0))" } ?? line
    }
    guard let link = entry.currentLink else { return "**\(Markdown.escaped(entry.name))**" }
    return "**\(Markdown.link(entry.name, link.url))**"
  }

  private func facts(_ entry: CatalogEntry) -> [String] {
    var facts: [(String, String?)] = []
    if let dataset = entry.dataset {
      facts = [
        ("Size", dataset.size),
        ("Access", vocabulary.name(.access, dataset.access.rawValue).lowercased()),
        ("Terms", dataset.terms), ("Formats", list(.format, entry)),
        ("Metric", dataset.metric == "none official" ? nil : dataset.metric),
      ]
    } else if let framework = entry.framework {
      facts = [
        ("Language", framework.language), ("Engine", framework.engine), ("License", framework.license),
        ("Status", framework.status?.rawValue),
      ]
    } else if let system = entry.system {
      let names = system.references.compactMap { catalog[$0]?.citation?.line }
      facts = [
        ("Network", system.architecture), ("Result as reported", system.result),
        ("Described in", names.isEmpty ? nil : names.joined(separator: "; ")),
      ]
    }
    if let systems = entry.reference?.systems, !systems.isEmpty {
      facts.append(("Describes", systems.compactMap { catalog[$0]?.name }.joined(separator: ", ")))
    }
    let told = facts.compactMap { name, value in value.map { "\(name): \(Markdown.escaped($0))" } }
    var lines = entry.system == nil ? (told.isEmpty ? [] : [told.joined(separator: " · ")]) : told
    if entry.kind != .reference, let citation = entry.citation {
      lines.append("Citation: \(Markdown.escaped(citation.line))")
    }
    if let support = support(entry) { lines.append("In DeepMedicine: \(support).") }
    return lines
  }

  private func list(_ field: Vocabulary.Field, _ entry: CatalogEntry) -> String? {
    let names = entry.terms(field).map { vocabulary.name(field, $0) }
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }

  private func support(_ entry: CatalogEntry) -> String? {
    guard !entry.support.isEmpty else { return nil }
    var parts: [String] = []
    if entry.support.reader { parts.append("reads the files") }
    if entry.support.scorer { parts.append("computes the official metric") }
    if !entry.support.networks.isEmpty {
      parts.append("builds " + entry.support.networks.map { "`\($0)`" }.joined(separator: ", "))
    }
    return parts.joined(separator: ", ")
  }

  /// The further links; one that is gone is told with what took its place.
  private func links(_ entry: CatalogEntry) -> [String] {
    let shown = entry.currentLink?.url
    return entry.links.filter { $0.url != shown }.map { link in
      let label = link.role == .primary ? "page" : link.role.rawValue
      return switch link.status {
      case .broken: "the listed address is gone: `\(link.url.oneLine.replacing("`", with: "%60"))`"
      case .moved: "moved from `\(link.url.oneLine.replacing("`", with: "%60"))`"
      case .unverified: Markdown.link(label, link.url) + " (not verified)"
      case nil: Markdown.link(label, link.url)
      }
    }
  }

  private func notes(_ entry: CatalogEntry) -> [String] {
    let second = catalog.entries.filter { $0.reference?.duplicateOf == entry.id }
    var notes: [String] = []
    if !second.isEmpty {
      let lines = (entry.lines + second.flatMap(\.lines)).map(String.init).joined(separator: ", ")
      notes.append("*Stood in the list more than once (lines \(lines)).*")
    }
    notes += entry.uncertain.sorted { $0.key < $1.key }
      .map {
        "*Not certain, \(Markdown.escaped($0.key)): \(Markdown.escaped($0.value)).*".replacing(
          "..*", with: ".*")
      }
    return notes
  }
}

extension CatalogEntry.Kind {
  var title: String {
    switch self {
    case .reference: "References"
    case .dataset: "Data sets"
    case .framework: "Frameworks"
    case .system: "Systems"
    }
  }

  var singular: String { String(title.lowercased().dropLast()) }
}

extension String {
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
