public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed.DataCommand {
  /// The data sets that can be read.
  public struct Readers: ParsableCommand {
    public static let configuration = CommandConfiguration(abstract: "The data sets that can be read.")

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    private struct Item: Encodable {
      var id: String
      var form: DatasetForm
    }

    public func run() throws {
      let readers = DatasetReaders.all.sorted { $0.id < $1.id }
      if json {
        print(try Deepmed.CatalogCommand.json(readers.map { Item(id: $0.id, form: $0.form) }))
        return
      }
      let width = (readers.map(\.id.count).max() ?? 0) + 2
      for reader in readers {
        let id = reader.id.padding(toLength: width, withPad: " ", startingAt: 0)
        let what =
          switch reader.form.kind {
          case .images:
            "images (\(reader.form.channels.joined(separator: ", "))), classes "
              + reader.form.classes.joined(separator: ", ")
          case .table: "table, predicts \(reader.form.target ?? "")"
          case .text: "text, predicts \(reader.form.target ?? "")"
          }
        print("\(id)\(what)")
      }
    }
  }
}
