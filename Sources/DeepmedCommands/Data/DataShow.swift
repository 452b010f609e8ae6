public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed.DataCommand {
  /// Shows cases.
  public struct Show: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Show cases with their files and fields.")

    @OptionGroup public var source: Source

    @Option(name: .customLong("case"), help: "Only this case; may be repeated.")
    public var ids: [String] = []

    @Option(name: [.short, .long], help: "How many cases to show.")
    public var limit = 10

    @Flag(help: "Print JSON, all cases unless --case or --limit is given.")
    public var json = false

    public init() {}

    public func validate() throws {
      if limit < 1 { throw ValidationError("--limit needs at least 1, found \(limit)") }
    }

    public func run() throws {
      let dataset = try source.open()
      let unknown = ids.filter { id in !dataset.cases.contains { $0.id == id } }
      guard unknown.isEmpty else {
        throw DatasetError(
          "no case is called \(unknown.joined(separator: ", "))", at: source.root,
          remedy: "the first ones: " + dataset.cases.prefix(5).map(\.id).joined(separator: ", "),
          cause: .usage)
      }
      let chosen = ids.isEmpty ? dataset.cases : dataset.cases.filter { ids.contains($0.id) }
      if json {
        print(try Deepmed.CatalogCommand.json(chosen))
        return
      }
      for item in chosen.prefix(limit) {
        print("\(item.id)  \(dataset.form.group) \(item.group)\(item.split.map { ", \($0.rawValue)" } ?? "")")
        for image in item.images {
          let files = image.files.count == 1 ? image.files[0].path : "\(image.files.count) files"
          print("  \(image.name): \(files)")
        }
        for field in item.fields {
          let text = field.value.plain
          print("  \(field.name): \(text.count > 120 ? text.prefix(119) + "…" : text[...])")
        }
      }
      if chosen.count > limit { print("\(limit) of \(chosen.count) cases; more with --limit") }
      Deepmed.DataCommand.warn(dataset, root: source.root)
    }
  }
}
