/// RIS, as reference managers read it: two-letter tags and lines that end in CR LF.
enum RIS {
  static func text(_ works: [CitedWork]) -> String { works.map(record).joined(separator: "\r\n") }

  static func record(_ work: CitedWork) -> String {
    let citation = work.citation
    var lines: [String] = []
    func add(_ tag: String, _ value: String?) {
      if let value = value?.oneLine, !value.isEmpty { lines.append("\(tag)  - \(value)") }
    }
    add("TY", type(work.form))
    add("ID", work.key)
    for author in citation.authors { add("AU", author) }
    add("TI", citation.title)
    switch work.form {
    case .publication(.article):
      add("JO", citation.venue)
      add("T2", citation.venue)
    case .publication(.conference): add("T2", citation.venue)
    default: add("PB", citation.venue)
    }
    add("PB", citation.publisher)
    add("PY", citation.year.map(String.init))
    add("VL", citation.volume)
    add("IS", citation.issue)
    let pages = (citation.pages ?? "").replacing("\u{2013}", with: "-").split(separator: "-").map(String.init)
    add("SP", pages.first)
    if pages.count == 2 { add("EP", pages[1]) }
    add("DO", citation.doi)
    add("AN", citation.pmid)
    add("M1", citation.arxiv.map { "arXiv:" + $0 })
    add("UR", work.address)
    for keyword in work.keywords { add("KW", keyword) }
    if citation.hasMoreAuthors { add("N1", "More authors than are listed here.") }
    add("N1", work.doubt.map { "Not certain: " + $0 })
    lines.append("ER  - ")
    return lines.map { $0 + "\r\n" }.joined()
  }

  private static func type(_ form: CitedWork.Form) -> String {
    switch form {
    case .dataset: "DATA"
    case .software: "COMP"
    case .publication(let medium):
      switch medium {
      case .article: "JOUR"
      case .conference: "CPAPER"
      case .preprint: "UNPB"
      case .thesis: "THES"
      case .slides: "SLIDE"
      case .web: "ELEC"
      case .image: "ART"
      case .book: "BOOK"
      }
    }
  }
}
