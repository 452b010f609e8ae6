/// BibTeX as BibTeX 0.99 and biber read it.
enum BibTeX {
  static func text(_ works: [CitedWork]) -> String {
    "% UTF-8. Use biber, or bibtex with a style and engine that read UTF-8.\n\n"
      + works.map(record).joined(separator: "\n")
  }

  static func record(_ work: CitedWork) -> String {
    let citation = work.citation
    var fields: [(String, String)] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { fields.append((name, value)) }
    }
    add("author", authors(citation))
    add("title", title(citation.title.oneLine))
    // The eprint says it already.
    if citation.arxiv == nil || citation.venue?.lowercased() != "arxiv" {
      add(venueField(work.form), citation.venue.map { escaped($0.oneLine) })
    }
    add("year", citation.year.map(String.init))
    add("volume", citation.volume.map(escaped))
    add("number", citation.issue.map(escaped))
    add("pages", citation.pages.map { escaped(pages($0)) })
    add("publisher", citation.publisher.map { escaped($0.oneLine) })
    add("doi", citation.doi.map(verbatim))
    if let arxiv = citation.arxiv {
      add("eprint", verbatim(arxiv))
      add("archiveprefix", "arXiv")
    }
    add("pmid", citation.pmid.map(verbatim))
    if citation.doi == nil || citation.url != nil { add("url", work.address.map(verbatim)) }
    add("note", work.doubt.map { "Not certain: " + escaped($0.oneLine) })
    let width = fields.map(\.0.count).max() ?? 0
    let lines = fields.map { name, value in
      "  \(name)\(String(repeating: " ", count: width - name.count)) = {\(value)}"
    }
    return "@\(type(work.form)){\(work.key),\n\(lines.joined(separator: ",\n"))\n}\n"
  }

  private static func type(_ form: CitedWork.Form) -> String {
    guard case .publication(let medium) = form else { return "misc" }
    return switch medium {
    case .article: "article"
    case .conference: "inproceedings"
    case .thesis: "phdthesis"
    case .book: "book"
    case .preprint, .slides, .web, .image: "misc"
    }
  }

  private static func venueField(_ form: CitedWork.Form) -> String {
    guard case .publication(let medium) = form else { return "howpublished" }
    return switch medium {
    case .article: "journal"
    case .conference: "booktitle"
    case .thesis: "school"
    case .book: "series"
    case .preprint, .slides, .web, .image: "howpublished"
    }
  }

  // MARK: - Names

  private static func authors(_ citation: Citation) -> String {
    let names = citation.authors.map { author in
      let parts = Citation.parts(of: author.oneLine)
      guard let given = parts.given else { return "{\(escaped(parts.family))}" }
      return protected(parts.family) + ", " + protected(given)
    }
    return (names + (citation.hasMoreAuthors && !names.isEmpty ? ["others"] : [])).joined(separator: " and ")
  }

  /// In braces where BibTeX would cut it.
  private static func protected(_ name: String) -> String {
    let text = escaped(name)
    return name.split(separator: " ").contains { $0.lowercased() == "and" } || name.contains(",")
      ? "{\(text)}" : text
  }

  // MARK: - Text

  private static func pages(_ pages: String) -> String {
    pages.replacing("\u{2013}", with: "-").split(separator: "-").joined(separator: "--")
  }

  /// The text with what LaTeX reads as commands made plain.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      default: result.append(character)
      }
    }
    return result
  }

  /// For fields that styles print as they are (addresses and identifiers): only braces and backslashes are replaced.
  private static func verbatim(_ text: String) -> String {
    text.oneLine.replacing(" ", with: "%20").replacing("{", with: "%7B").replacing("}", with: "%7D")
      .replacing("\\", with: "%5C")
  }

  /// A title whose names and abbreviations keep their capitals.
  ///
  /// Styles write titles in lower case. Words with a capital after their first letter are put in braces, and in a
  /// title written as a sentence also those that begin with one.
  private static func title(_ title: String) -> String {
    let words = title.split(separator: " ")
    let long = words.dropFirst().filter { $0.count > 3 }
    let isSentence = long.count { $0.first?.isLowercase ?? false } * 2 > long.count
    var startsPart = true
    return words.map { word in
      let letters = word.drop { !$0.isLetter && !$0.isNumber }
      let hasInner = letters.dropFirst().contains(where: \.isUppercase)
      let isName = isSentence && !startsPart && (letters.first?.isUppercase ?? false)
      startsPart = word.last.map { ":.?!".contains($0) } ?? false
      guard hasInner || isName, let last = letters.lastIndex(where: { $0.isLetter || $0.isNumber }) else {
        return escaped(String(word))
      }
      let core = letters[...last]
      return escaped(String(word[..<core.startIndex])) + "{\(escaped(String(core)))}"
        + escaped(String(word[core.endIndex...]))
    }.joined(separator: " ")
  }
}
