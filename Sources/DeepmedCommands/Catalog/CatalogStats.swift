public import ArgumentParser
import Foundation
import MedCatalog
import MedDataset
import MedVoxel

extension Deepmed.CatalogCommand {
  /// How many entries there are.
  public struct Stats: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "How many entries there are of each kind.")

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      let statistics = try Deepmed.CatalogCommand.index().statistics()
      if json {
        print(try Deepmed.CatalogCommand.json(statistics))
        return
      }
      let rows: [(Int, String)] = [
        (statistics.references, "references (\(statistics.uniqueReferences) different works)"),
        (statistics.datasets, "data sets"), (statistics.frameworks, "frameworks"),
        (statistics.systems, "systems that the references describe"),
        (statistics.readers, "data sets that this toolkit reads"),
        (statistics.scorers, "data sets that it scores with the official metric"),
        (statistics.networks, "entries whose networks it has"),
        (statistics.corrections, "corrections of the list"),
        (statistics.uncertain, "fields marked as uncertain"),
      ]
      for (count, what) in rows {
        print(String(repeating: " ", count: max(0, 5 - "\(count)".count)) + "\(count)  \(what)")
      }
    }
  }
}
