import Yams

extension Vocabulary {
  /// Reads `vocabulary.yaml`.
  init(_ fields: YAMLFields) {
    for field in Field.allCases {
      terms[field] = fields.mappings(field.rawValue, what: "a term").map { term in
        let result = Term(
          id: term.requiredText("id"), name: term.requiredText("name"), synonyms: term.texts("synonyms"),
          broader: term.text("broader"))
        term.finish()
        return result
      }
      for term in terms[field] ?? [] {
        if let broader = term.broader, self.term(field, broader) == nil {
          fields.problem("\(field.rawValue) “\(term.id)” has the unknown wider term “\(broader)”")
        }
      }
    }
    synonyms = fields.elements("synonyms").map { node in
      (node.sequence.map(Array.init) ?? []).compactMap { $0.scalar?.string.lowercased() }
    }
    spelling = fields.mapping("spelling", what: "the spellings")?.textsByKey() ?? [:]
    fields.finish()
  }
}

extension ListStructure {
  /// Reads `list.yaml`.
  init(_ fields: YAMLFields) {
    title = fields.requiredText("title")
    source = fields.requiredText("source")
    lineCount = fields.integer("lineCount") ?? 0
    blank = fields.integers("blank")
    structure = fields.mappings("structure", what: "a part of the list").compactMap { part in
      let role = part.choice("role", of: Part.Role.self)
      let lines = part.integers("lines")
      let text = part.requiredText("text")
      let note = part.text("note")
      part.finish()
      return role.map { Part(lines: lines, role: $0, text: text, note: note) }
    }
    fields.finish()
  }
}
