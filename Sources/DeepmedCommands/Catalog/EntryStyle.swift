import Foundation
import MedCatalog
import MedDataset

/// How entries look on a terminal.
struct EntryStyle {
  var vocabulary: Vocabulary?
  private let usesColor = Terminal.usesColor
  private let width = Terminal.columns

  init(vocabulary: Vocabulary? = nil) { self.vocabulary = vocabulary }

  /// One line: id, kind and name.
  func line(_ entry: CatalogEntry) -> String {
    let id = entry.id.padding(toLength: max(34, entry.id.count), withPad: " ", startingAt: 0)
    let kind = entry.kind.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)
    let mark = entry.support.isEmpty ? " " : "✓"
    let room = max(20, width - id.count - kind.count - 4)
    let name = entry.name.count > room ? entry.name.prefix(room - 1) + "…" : entry.name[...]
    return "\(strong(id)) \(colored(kind, entry.kind)) \(mark) \(name)"
  }

  /// Id and name, what it is about, and the summary.
  func short(_ hit: SearchHit) -> String {
    var lines = ["\(strong(hit.id))  \(colored(hit.kind.rawValue, hit.kind))"]
    if hit.name.lowercased() != hit.id { lines.append(contentsOf: wrapped(hit.name, indent: 2)) }
    lines.append(contentsOf: wrapped(hit.facts.joined(separator: " · "), indent: 2).map(faint))
    lines.append(contentsOf: wrapped(hit.summary, indent: 2))
    return lines.joined(separator: "\n") + "\n"
  }

  /// Every field.
  func full(_ entry: CatalogEntry) -> String {
    var rows: [(String, String)] = []
    func add(_ label: String, _ text: String?) { if let text, !text.isEmpty { rows.append((label, text)) } }
    func names(_ field: Vocabulary.Field) -> String {
      entry.terms(field).map { vocabulary?.name(field, $0) ?? $0 }.joined(separator: ", ")
    }
    add("about", entry.summary)
    add("cite", entry.citation?.line)
    add("doi", entry.citation?.doi)
    add("arXiv", entry.citation?.arxiv)
    add("pmid", entry.citation?.pmid)
    add("modality", names(.modality))
    add("body part", names(.bodyPart))
    add("task", names(.task))
    add("area", names(.area))
    add("size", entry.dataset?.size)
    add("access", entry.dataset.map { $0.access.rawValue + ($0.terms.map { ": \($0)" } ?? "") })
    add("formats", names(.format))
    add("layout", entry.dataset?.layout)
    add("labels", entry.dataset?.labels)
    add("metric", entry.dataset?.metric)
    add("status", entry.dataset?.status?.rawValue ?? entry.framework?.status?.rawValue)
    add("group", entry.dataset?.parent)
    add("input", entry.system?.input)
    add("shape", entry.system?.inputShape)
    add("network", entry.system?.architecture)
    add("output", entry.system?.output)
    add("result", entry.system?.result)
    add("described in", entry.system?.references.joined(separator: ", "))
    add("systems", entry.reference?.systems.joined(separator: ", "))
    add("same work as", entry.reference?.duplicateOf)
    add(
      "built with",
      [entry.framework?.language, entry.framework?.engine].compactMap { $0 }.joined(separator: ", "))
    add("license", entry.framework?.license)
    for link in entry.links {
      add(link.role.rawValue, link.url + (link.status.map { " (\($0.rawValue))" } ?? ""))
    }
    add("related", entry.related.joined(separator: ", "))
    for correction in entry.corrections { add("corrected", text(of: correction)) }
    for (field, reason) in entry.uncertain.sorted(by: { $0.key < $1.key }) {
      add("uncertain", "\(field): \(reason)")
    }
    add("here", entry.support.words.joined(separator: ", "))
    add("list", entry.lines.isEmpty ? nil : "line " + entry.lines.map(String.init).joined(separator: ", "))
    let column = (rows.map(\.0.count).max() ?? 0) + 2
    let title = "\(strong(entry.name))\n\(faint(entry.id))  \(colored(entry.kind.rawValue, entry.kind))"
    return title + "\n"
      + rows.map { label, text in
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
          .flatMap { wrapped(String($0), indent: column) }
        let first = label.padding(toLength: column, withPad: " ", startingAt: 0)
        return faint(first) + lines.joined(separator: "\n").dropFirst(column)
      }.joined(separator: "\n")
  }

  private func text(of correction: CatalogEntry.Correction) -> String {
    var text = correction.note
    if let was = correction.was { text += " Was: \(was)" }
    if let now = correction.now { text += " Now: \(now)" }
    return text
  }

  /// Lines of at most the terminal's width; a longer word stands alone.
  private func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for word in text.split(separator: " ") {
      if line.count > indent, line.count + 1 + word.count > width {
        lines.append(line)
        line = margin
      }
      line += (line.count > indent ? " " : "") + word
    }
    return lines + [line]
  }

  func strong(_ text: String) -> String { code("1", text) }
  func faint(_ text: String) -> String { code("2", text) }

  private func colored(_ text: String, _ kind: CatalogEntry.Kind) -> String {
    switch kind {
    case .dataset: code("36", text)
    case .system: code("35", text)
    case .framework: code("33", text)
    case .reference: code("32", text)
    }
  }

  private func code(_ code: String, _ text: String) -> String {
    usesColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
