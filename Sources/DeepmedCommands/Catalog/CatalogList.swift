public import ArgumentParser
import Foundation
import MedCatalog
import MedDataset
import MedVoxel

extension Deepmed.CatalogCommand {
  /// All entries that pass the filters.
  public struct List: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "All entries, or those that pass filters.")

    @OptionGroup(title: "Filters") public var filter: Filter

    @Option(help: ArgumentHelp("Only data sets with files such as nifti, dicom, csv.", valueName: "name"))
    public var format: [String] = []

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      let index = try Deepmed.CatalogCommand.index()
      let entries = try index.entries(filter.filter(formats: format, index.vocabulary))
      if json {
        print(try Deepmed.CatalogCommand.json(entries))
        return
      }
      let style = EntryStyle()
      for entry in entries { print(style.line(entry)) }
      print(style.faint(entries.count == 1 ? "1 entry" : "\(entries.count) entries"))
    }
  }
}
