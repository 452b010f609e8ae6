public import ArgumentParser
import Foundation
import MedCatalog
import MedDataset
import MedVoxel

extension Deepmed.CatalogCommand {
  /// Everything about entries.
  public struct Show: ParsableCommand {
    public static let configuration = CommandConfiguration(abstract: "Everything about an entry.")

    @Argument(help: "Ids, as search and list print them.")
    public var ids: [String]

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      let index = try Deepmed.CatalogCommand.index()
      let entries = try ids.map { try Deepmed.CatalogCommand.entry($0, in: index) }
      if json {
        print(try Deepmed.CatalogCommand.json(entries))
        return
      }
      let style = EntryStyle(vocabulary: try index.vocabulary())
      print(entries.map(style.full).joined(separator: "\n\n"))
    }
  }
}
