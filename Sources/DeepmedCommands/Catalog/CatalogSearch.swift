public import ArgumentParser
import Foundation
import MedCatalog
import MedDataset

extension Deepmed.CatalogCommand {
  /// Finds entries by words.
  public struct Search: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Find entries by words, best first.",
      discussion: """
        British and American spelling, synonyms (tumor, lesion, cancer; MRI, MR; CXR, chest x-ray) and small \
        typing errors are forgiven.
        """)

    @Argument(help: "What you look for, such as: lung nodules")
    public var words: [String]

    @OptionGroup(title: "Filters") public var filter: Filter

    @Option(help: ArgumentHelp("Only data sets with files such as nifti, dicom, csv.", valueName: "name"))
    public var format: [String] = []

    @Option(name: [.short, .long], help: "How many entries to show.")
    public var limit = 10

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func validate() throws {
      if !words.contains(where: { $0.contains { $0.isLetter || $0.isNumber } }) {
        throw ValidationError("Give at least one word to look for")
      }
      if limit < 1 { throw ValidationError("--limit needs at least 1, found \(limit)") }
    }

    public func run() throws {
      let index = try Deepmed.CatalogCommand.index()
      let query = words.joined(separator: " ")
      let result = try index.search(
        query, filter: filter.filter(formats: format, index.vocabulary), limit: limit)
      if json {
        print(try Deepmed.CatalogCommand.json(result))
        return
      }
      for (typed, meant) in result.corrected.sorted(by: { $0.key < $1.key }) {
        print("“\(typed)” stands nowhere; searched for “\(meant)”.")
      }
      guard !result.hits.isEmpty else {
        print("Nothing was found. Try fewer or other words, or: deepmed catalog list --kind dataset")
        return
      }
      let style = EntryStyle()
      for hit in result.hits { print(style.short(hit)) }
      if result.total > result.hits.count {
        print(
          "\(result.hits.count) of \(result.total); more with --limit, details with: deepmed catalog show ID")
      }
    }
  }
}
