public import Foundation

/// What the catalog can be written as; each format is one file.
public enum CatalogFormat: String, CaseIterable, Codable, Sendable {
  /// The list again, for people.
  case markdown
  /// BibTeX and BibLaTeX, in UTF-8.
  case bibtex
  /// CSL-JSON, which Zotero, Pandoc and citeproc read.
  case csl
  /// RIS, which reference managers read.
  case ris
  /// Croissant 1.0 for the data sets.
  case croissant
  /// JSON-LD in the words of schema.org.
  case schema
  /// A table as RFC 4180 has it, one row an entry.
  case csv

  public var fileExtension: String {
    switch self {
    case .markdown: "md"
    case .bibtex: "bib"
    case .csl: "json"
    case .ris: "ris"
    case .croissant, .schema: "jsonld"
    case .csv: "csv"
    }
  }

  public var mediaType: String {
    switch self {
    case .markdown: "text/markdown"
    case .bibtex: "application/x-bibtex"
    case .csl: "application/vnd.citationstyles.csl+json"
    case .ris: "application/x-research-info-systems"
    case .croissant, .schema: "application/ld+json"
    case .csv: "text/csv"
    }
  }
}

extension Catalog {
  /// The catalog, or some of its entries, as one file.
  ///
  /// Formats that hold citations leave out what can't be cited: a system is told by the references that describe it,
  /// and a work that the list names twice is told once. Croissant holds data sets only.
  ///
  /// - Parameter entries: what to write, in this order; nil writes everything.
  /// - Returns: UTF-8 text; the same entries always give the same bytes.
  public func exported(_ format: CatalogFormat, entries: [CatalogEntry]? = nil) throws -> Data {
    let entries = entries ?? self.entries
    let text =
      switch format {
      case .markdown: MarkdownExport(catalog: self, entries: entries).text
      case .bibtex: BibTeX.text(works(of: entries))
      case .csl: CSL.text(works(of: entries))
      case .ris: RIS.text(works(of: entries))
      case .croissant: CroissantExport(catalog: self).text(entries)
      case .schema: SchemaExport(catalog: self).text(entries)
      case .csv: CSVExport(vocabulary: vocabulary).text(entries)
      }
    return Data(text.utf8)
  }
}
