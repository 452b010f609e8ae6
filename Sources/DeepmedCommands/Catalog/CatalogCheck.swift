public import ArgumentParser
import Foundation
import MedCatalog
import MedDataset
import MedVoxel

extension Deepmed.CatalogCommand {
  /// Checks the catalog's files.
  public struct Check: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Check the catalog's files: all problems, with file and line.",
      discussion: "Exits with 0 when all is well and with 65 otherwise.")

    @Argument(
      help: "The folder of the YAML files (Sources/MedCatalog/Resources); the built-in catalog by default.",
      completion: .directory, transform: filePath)
    public var folder: String?

    public init() {}

    public func run() throws {
      let url = folder.map { URL(fileURLWithPath: $0) } ?? Catalog.resources
      let catalog = try Catalog(contentsOf: url, support: .toolkit)
      let statistics = catalog.statistics
      print(
        "\(catalog.entries.count) entries are well: \(statistics.references) references, "
          + "\(statistics.datasets) data sets, \(statistics.frameworks) frameworks, \(statistics.systems) systems; "
          + "all \(catalog.list.lineCount) lines of the list are accounted for")
    }
  }
}
