public import ArgumentParser
import Foundation
public import MedCatalog
import MedDataset
import MedVoxel

extension Deepmed.CatalogCommand {
  /// Writes the catalog for other programs, or as a web page.
  public struct Export: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Write the catalog for bibliographies, other programs, or as a web page.",
      discussion: """
        For example: deepmed catalog export --format bibtex --kind reference -o references.bib
        or as one web page that works from the disk: deepmed catalog export --site -o catalog.html
        """)

    @Option(help: "\(CatalogFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    public var format: CatalogFormat?

    @Flag(help: "One static HTML file with search, instead of a format.")
    public var site = false

    @Option(
      name: [.short, .long], help: "The file to write; standard output by default.", completion: .file(),
      transform: filePath)
    public var output: String?

    @OptionGroup(title: "Filters") public var filter: Filter

    public init() {}

    public func validate() throws {
      if (format == nil) == !site { throw ValidationError("Give either --format or --site") }
    }

    public func run() throws {
      var catalog = try Catalog.bundled(support: .toolkit)
      let wanted = try filter.filter { catalog.vocabulary }
      let entries = catalog.entries.filter { wanted.admits($0, vocabulary: catalog.vocabulary) }
      guard !entries.isEmpty else {
        throw CatalogError("no entry passes the filters", cause: .usage)
      }
      let data: Data
      if let format {
        data = try catalog.exported(format, entries: entries)
      } else {
        catalog.entries = entries
        data = try catalog.site()
      }
      guard let output else {
        FileHandle.standardOutput.write(data)
        return
      }
      try AtomicFile<CatalogError>.write(data, to: URL(fileURLWithPath: output))
      print("\(output): \(entries.count) entries, \(data.count) bytes")
    }
  }
}

extension CatalogFormat: ExpressibleByArgument {}
