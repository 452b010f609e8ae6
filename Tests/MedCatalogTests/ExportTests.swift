import Foundation
import Testing

@testable import MedCatalog

@Suite struct ExportTests {
  static let bundled = Result { try Catalog.bundled() }

  /// The catalog with one more reference whose text means something in every format.
  static func hostile() throws -> Catalog {
    var catalog = try bundled.get()
    var entry = try #require(catalog.entries.first { $0.citation?.type == .article })
    entry.id = "hostile-entry"
    entry.name = "A & B: \"50%\" of #1 <img src=x onerror=alert(1)> | [x](y)"
    entry.summary = "One, \"two\"\r\nthree; </script> ``` and \\emph{four} ~ ^ $5_000"
    entry.citation = Citation(
      authors: ["Škoda, Jiří", "Müller & Söhne", "Command, Rock and Roll"], hasMoreAuthors: true,
      title: "Costs of 50% & more: {braces}, $5_000 #1 ~ a^b \\ DeepThing of the world in words",
      type: .article,
      venue: "Annals & Letters", year: 2020, volume: "3", issue: "4", pages: "10\u{2013}12", doi: "10.1/a_b")
    catalog.entries = [entry]
    return catalog
  }

  static func text(
    _ format: CatalogFormat, _ catalog: Catalog, _ entries: [CatalogEntry]? = nil
  ) throws -> String {
    String(decoding: try catalog.exported(format, entries: entries), as: UTF8.self)
  }

  static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test(arguments: CatalogFormat.allCases)
  func `the same entries give the same bytes, and none is no error`(format: CatalogFormat) throws {
    let catalog = try Self.bundled.get()
    let first = try catalog.exported(format)
    let second = try catalog.exported(format)
    #expect(first == second)
    _ = try catalog.exported(format, entries: [])
  }

  @Test func `BibTeX escapes what LaTeX reads and keeps names whole`() throws {
    let text = try Self.text(.bibtex, Self.hostile())
    #expect(
      text.contains("author  = {Škoda, Jiří and {Müller \\& Söhne} and Command, {Rock and Roll} and others}"))
    #expect(
      text.contains(
        "Costs of 50\\% \\& more: \\{braces\\}, \\$5\\_000 \\#1 \\textasciitilde{} a\\textasciicircum{}b \\textbackslash{} {DeepThing}"
      ))
    #expect(text.contains("pages   = {10--12}"))
    #expect(text.contains("doi     = {10.1/a_b}"))
    #expect(text.contains("@article{hostile-entry,"))
  }

  @Test func `every key of BibTeX is an entry, once, and braces balance`() throws {
    let catalog = try Self.bundled.get()
    let text = try Self.text(.bibtex, catalog)
    let keys = text.matches(of: /(?m)^@[a-z]+\{([^,]+),/).map { String($0.1) }
    #expect(Set(keys).count == keys.count)
    #expect(keys.allSatisfy { catalog[$0]?.reference?.duplicateOf == nil && catalog[$0] != nil })
    #expect(keys.filter { catalog[$0]?.kind == .reference }.count == catalog.statistics.uniqueReferences)
    let plain = text.replacing(/\\[{}\\]/, with: "")
    #expect(plain.count { $0 == "{" } == plain.count { $0 == "}" })
  }

  @Test func `a system is cited by its references`() throws {
    let catalog = try Self.bundled.get()
    let system = try #require(catalog["deeporgan"])
    let text = try Self.text(.bibtex, catalog, [system])
    #expect(text.contains("@inproceedings{roth-2015-deeporgan,"))
  }

  @Test func `CSL has only fields and types of its schema`() throws {
    let data = try Self.bundled.get().exported(.csl)
    let items = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    let types: Set<String> = [
      "article", "article-journal", "paper-conference", "thesis", "webpage", "speech", "graphic", "book",
      "dataset", "software",
    ]
    let fields: Set<String> = [
      "id", "type", "title", "author", "issued", "container-title", "publisher", "volume", "issue", "page",
      "number", "DOI", "PMID", "URL", "keyword", "note",
    ]
    for item in items {
      #expect(types.contains(item["type"] as? String ?? ""))
      #expect(Set(item.keys).isSubset(of: fields))
    }
    let first = try #require(items.first { $0["id"] as? String == "roth-2015-deeporgan" })
    let issued = first["issued"] as? [String: [[Int]]]
    #expect(issued == ["date-parts": [[2015]]])
    let author = (first["author"] as? [[String: String]])?.first
    #expect(author?["family"] == "Roth")
  }

  @Test func `RIS lines are tags that end in CR LF, TY first and ER last`() throws {
    let text = try Self.text(.ris, Self.bundled.get())
    let bare = text.replacing("\r\n", with: "").filter(\.isNewline)
    #expect(bare.isEmpty)
    let records = text.split(separator: "\r\n\r\n")
    for record in records {
      let lines = record.split(separator: "\r\n")
      #expect(lines.first?.hasPrefix("TY  - ") == true)
      #expect(lines.last == "ER  - ")
      #expect(lines.allSatisfy { $0.wholeMatch(of: /[A-Z][A-Z0-9]  - .*/) != nil })
    }
    let hostile = try Self.text(.ris, Self.hostile())
    #expect(hostile.contains("SP  - 10\r\nEP  - 12\r\n"))
  }

  @Test func `CSV has one row an entry and quotes what needs it`() throws {
    let catalog = try Self.bundled.get()
    let rows = Self.rows(try Self.text(.csv, catalog))
    #expect(rows.count == catalog.entries.count + 1)
    #expect(Set(rows.map(\.count)).count == 1)
    #expect(rows.dropFirst().map { $0[0] } == catalog.entries.map(\.id))
    let hostile = try Self.hostile()
    let row = Self.rows(try Self.text(.csv, hostile))[1]
    #expect(row[2] == hostile.entries[0].name)
    #expect(row[4] == hostile.entries[0].summary)
  }

  @Test func `Croissant is one document for one data set and a graph for more`() throws {
    let catalog = try Self.bundled.get()
    let one = try Self.object(Self.text(.croissant, catalog, [try #require(catalog["kits19"])]))
    #expect(one["@type"] as? String == "sc:Dataset")
    #expect(one["conformsTo"] as? String == "http://mlcommons.org/croissant/1.0")
    #expect(one["license"] as? String == "https://creativecommons.org/licenses/by-nc-sa/4.0/")
    let files = try #require(one["distribution"] as? [[String: Any]])
    #expect(files.map { $0["includes"] as? String } == ["**/*.nii.gz", "**/*.json"])
    let all = try Self.object(Self.text(.croissant, catalog))
    #expect((all["@graph"] as? [Any])?.count == catalog.statistics.datasets)
  }

  @Test func `schema.org nodes refer to nodes that are there`() throws {
    let catalog = try Self.bundled.get()
    let all = try Self.object(Self.text(.schema, catalog))
    let nodes = try #require(all["@graph"] as? [[String: Any]])
    let ids = Set(nodes.compactMap { $0["@id"] as? String })
    #expect(ids.count == nodes.count)
    let head = try #require(nodes.first { $0["@type"] as? String == "DataCatalog" })
    let datasets = try #require(head["dataset"] as? [[String: String]])
    #expect(datasets.count == catalog.statistics.datasets)
    #expect(datasets.allSatisfy { ids.contains($0["@id"] ?? "") })
  }

  @Test func `licenses are told only where the terms name one`() {
    #expect(KnownLicense.address(of: "CC BY 3.0") == "https://creativecommons.org/licenses/by/3.0/")
    #expect(KnownLicense.address(of: "MIT; abstracts under PubMed terms") != nil)
    #expect(KnownLicense.address(of: "CC BY 3.0 or 4.0 for most collections") == nil)
    #expect(KnownLicense.address(of: "CC0, CC BY or CC BY-NC, set for each image") == nil)
    #expect(KnownLicense.address(of: "MIAS license; research only") == nil)
    #expect(KnownLicense.address(of: "MIT for the annotations; license of each article for the texts") == nil)
  }

  @Test func `Markdown tells every entry once, merges and mends`() throws {
    let catalog = try Self.bundled.get()
    let text = try Self.text(.markdown, catalog)
    let missing = catalog.entries.filter {
      $0.kind != .reference && !text.contains(Markdown.escaped($0.name))
    }
    #expect(missing.map(\.id) == [])
    #expect(text.contains("4 works that stood in the list twice are merged here."))
    #expect(
      text.contains("the listed address is gone: `http://marathon.csee.usf.edu/Mammography/Database.html`"))
    #expect(text.contains("\n  - **[Liver Disorders (BUPA)]"))
    let hostile = try Self.text(.markdown, Self.hostile())
    #expect(!hostile.contains("<img"))
  }

  /// RFC 4180, read back.
  static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = [[]]
    var field = ""
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\"" where isQuoted && scalars.first == "\"":
        field.append("\"")
        scalars.removeFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        rows[rows.count - 1].append(field)
        field = ""
      case "\r" where !isQuoted && scalars.first == "\n":
        scalars.removeFirst()
        rows[rows.count - 1].append(field)
        field = ""
        rows.append([])
      default: field.unicodeScalars.append(scalar)
      }
    }
    return rows.dropLast()
  }
}
