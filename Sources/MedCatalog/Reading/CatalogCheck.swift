import Foundation
import MedVoxel

/// The rules that hold between the entries, the vocabulary and the list.
struct CatalogCheck {
  let source: CatalogSource
  let support: SupportTable
  let log: ProblemLog

  func run() {
    checkIdentifiers()
    let byID = Dictionary(source.entries.map { ($0.entry.id, $0.entry) }) { first, _ in first }
    for (entry, location) in source.entries {
      checkWords(entry, location)
      checkLinks(entry, location)
      checkCitation(entry, location)
      checkRelations(entry, location, byID)
    }
    checkLines()
    checkSupport(byID)
  }

  private func checkIdentifiers() {
    var seen: [String: SourceLocation] = [:]
    for (entry, location) in source.entries where !entry.id.isEmpty {
      if entry.id.wholeMatch(of: #/[a-z0-9]+(-[a-z0-9]+)*/#) == nil {
        log.note("“\(entry.id)” is no id: expected lower-case words joined by hyphens", at: location)
      }
      if let first = seen[entry.id] {
        log.note("the id “\(entry.id)” stands at \(first) already", at: location)
      } else {
        seen[entry.id] = location
      }
    }
  }

  private func checkWords(_ entry: CatalogEntry, _ location: SourceLocation) {
    func known(_ field: Vocabulary.Field, _ ids: [String]) {
      let terms = source.vocabulary.terms[field, default: []].map(\.id)
      for id in ids where !terms.contains(id) {
        log.note(
          "\(entry.id): “\(id)” is no \(field.rawValue) of vocabulary.yaml", at: location,
          remedy: Spelling.nearest(to: id, in: terms).map { "did you mean “\($0)”?" })
      }
      for (id, count) in Dictionary(ids.map { ($0, 1) }, uniquingKeysWith: +) where count > 1 {
        log.note("\(entry.id): “\(id)” stands \(count) times", at: location)
      }
    }
    known(.modality, entry.modality)
    known(.bodyPart, entry.bodyPart)
    known(.task, entry.task)
    known(.format, entry.dataset?.formats ?? [])
    known(.area, entry.system.map { [$0.area] } ?? [])
    if entry.task.isEmpty { log.note("\(entry.id): `task` is missing", at: location) }
    if !(20...600).contains(entry.summary.count) {
      log.note(
        "\(entry.id): expected a summary of 20 to 600 characters, found \(entry.summary.count)", at: location)
    }
    for keyword in entry.keywords where keyword != keyword.lowercased() {
      log.note("\(entry.id): the keyword “\(keyword)” is not lower-case", at: location)
    }
    let fields: Set = [
      "name", "summary", "modality", "bodyPart", "task", "size", "access", "terms", "formats", "layout",
      "labels",
      "metric", "links", "citation", "status", "authors", "year", "title", "venue", "pages", "input",
      "inputShape", "architecture", "output", "result", "references", "license", "type", "language", "engine",
    ]
    for field in entry.uncertain.keys where !fields.contains(field) {
      log.note(
        "\(entry.id): `uncertain` names the unknown field `\(field)`", at: location,
        remedy: Spelling.nearest(to: field, in: Array(fields)).map { "did you mean `\($0)`?" })
    }
  }

  private func checkLinks(_ entry: CatalogEntry, _ location: SourceLocation) {
    for link in entry.links {
      if !Self.isWellFormed(link.url) {
        log.note("\(entry.id): “\(link.url)” is no http or https address", at: location)
      }
    }
    for (url, count) in Dictionary(
      entry.links.map { ($0.role.rawValue + " " + $0.url, 1) }, uniquingKeysWith: +) where count > 1
    {
      log.note("\(entry.id): the link “\(url)” stands \(count) times", at: location)
    }
  }

  static func isWellFormed(_ url: String) -> Bool {
    guard !url.contains(where: { $0.isWhitespace || $0 == "<" || $0 == ">" || $0 == "\"" }),
      let parts = URLComponents(string: url), parts.scheme == "http" || parts.scheme == "https",
      let host = parts.host
    else { return false }
    return host.contains(".") && !host.hasPrefix(".") && !host.hasSuffix(".")
  }

  private func checkCitation(_ entry: CatalogEntry, _ location: SourceLocation) {
    guard let citation = entry.citation else { return }
    if let year = citation.year, !(1800...2100).contains(year) {
      log.note("\(entry.id): \(year) is no year", at: location)
    }
    if let doi = citation.doi, doi.wholeMatch(of: #/10\.\d{4,9}/\S+/#) == nil {
      log.note(
        "\(entry.id): “\(doi)” is no DOI: expected 10.NNNN/…, without an address before it", at: location)
    }
    if let arxiv = citation.arxiv,
      arxiv.wholeMatch(of: #/\d{4}\.\d{4,5}(v\d+)?|[a-z\-]+(\.[A-Z]{2})?/\d{7}/#) == nil
    {
      log.note("\(entry.id): “\(arxiv)” is no arXiv id: expected 1509.09292", at: location)
    }
    if let pmid = citation.pmid, pmid.wholeMatch(of: #/\d{1,9}/#) == nil {
      log.note("\(entry.id): “\(pmid)” is no PubMed id", at: location)
    }
    if let url = citation.url, !Self.isWellFormed(url) {
      log.note("\(entry.id): “\(url)” is no http or https address", at: location)
    }
  }

  private func checkRelations(
    _ entry: CatalogEntry, _ location: SourceLocation, _ byID: [String: CatalogEntry]
  ) {
    func exists(_ id: String, as kind: CatalogEntry.Kind?, in field: String) {
      guard let other = byID[id] else {
        log.note(
          "\(entry.id): `\(field)` names the unknown entry “\(id)”", at: location,
          remedy: Spelling.nearest(to: id, in: Array(byID.keys)).map { "did you mean “\($0)”?" })
        return
      }
      if id == entry.id { log.note("\(entry.id): `\(field)` names the entry itself", at: location) }
      if let kind, other.kind != kind {
        log.note("\(entry.id): `\(field)` names “\(id)”, a \(other.kind.rawValue)", at: location)
      }
    }
    for id in entry.related { exists(id, as: nil, in: "related") }
    for id in entry.reference?.systems ?? [] { exists(id, as: .system, in: "systems") }
    for id in entry.system?.references ?? [] { exists(id, as: .reference, in: "references") }
    if entry.system?.references.isEmpty == true {
      log.note("\(entry.id): `references` is missing", at: location)
    }
    if let first = entry.reference?.duplicateOf {
      exists(first, as: .reference, in: "duplicateOf")
      if byID[first]?.reference?.duplicateOf != nil {
        log.note("\(entry.id): `duplicateOf` names “\(first)”, which is a duplicate itself", at: location)
      }
    }
    if let parent = entry.dataset?.parent {
      exists(parent, as: .dataset, in: "parent")
      if let group = byID[parent]?.dataset, !group.isGroup {
        log.note("\(entry.id): `parent` names “\(parent)”, which is no group", at: location)
      }
    }
    let mayLackLines = entry.kind == .system || entry.dataset?.parent != nil
    if entry.lines.isEmpty, !mayLackLines { log.note("\(entry.id): `lines` is missing", at: location) }
  }

  /// Every line of the list belongs to one entry, to the list's own structure, or is blank.
  private func checkLines() {
    guard let list = source.list else { return }
    var owners: [Int: [String]] = [:]
    for (entry, location) in source.entries {
      for line in entry.lines { owners[line, default: []].append("\(entry.id) (\(location))") }
    }
    for part in list.structure {
      for line in part.lines { owners[line, default: []].append("“\(part.text.prefix(30))” (list.yaml)") }
    }
    for line in list.blank { owners[line, default: []].append("the blank lines (list.yaml)") }
    for line in owners.keys.sorted() where !(1...max(1, list.lineCount)).contains(line) {
      log.append(
        Problem("line \(line) is not in the list of \(list.lineCount) lines", at: owners[line]?.joined()))
    }
    for line in 1..<max(1, list.lineCount + 1) {
      switch owners[line] ?? [] {
      case []: log.append(Problem("line \(line) of the list belongs to no entry", at: "list.yaml"))
      case let several where several.count > 1:
        log.append(
          Problem("line \(line) of the list belongs to several: \(several.joined(separator: ", "))"))
      default: break
      }
    }
  }

  private func checkSupport(_ byID: [String: CatalogEntry]) {
    for (id, support) in support.entries.sorted(by: { $0.key < $1.key }) {
      guard let entry = byID[id] else {
        log.append(Problem("the code supports “\(id)”, which is no entry of the catalog"))
        continue
      }
      if support.reader, entry.kind != .dataset {
        log.append(Problem("the code has a reader for “\(id)”, which is a \(entry.kind.rawValue)"))
      }
    }
  }
}
