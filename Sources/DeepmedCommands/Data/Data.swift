public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed {
  /// Reads published data sets in their owners' layout, and makes data.
  public struct DataCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      commandName: "data", abstract: "Read published data sets, prepare and make training data.",
      discussion: """
        A data set is read in the layout that its owners publish: download it, unpack it, name its folder. To try it \
        before access is granted: deepmed data mimic kits19 -o copy; deepmed data prepare copy -o prepared
        """,
      subcommands: [
        Readers.self, Check.self, Show.self, Summary.self, Prepare.self, Mimic.self, Synthesize.self,
        Labels.self,
      ])

    public init() {}
  }
}

extension Deepmed.DataCommand {
  /// Which data set's folder is read, and how strictly.
  public struct Source: ParsableArguments {
    @Argument(help: "The data set's root folder.", completion: .directory, transform: filePath)
    public var root: String

    @Option(help: "The data set's id; recognized by its files by default. See: deepmed data readers")
    public var dataset: String?

    @Flag(help: "Take every problem, even an odd name, for an error.")
    public var strict = false

    public init() {}

    func open() throws -> Dataset {
      let url = URL(fileURLWithPath: root)
      let reader = try dataset.map { try Deepmed.DataCommand.reader($0) } ?? Dataset.reader(for: url)
      return try Dataset(reader, at: url, mode: strict ? .strict : .lenient)
    }
  }

  static func reader(_ id: String) throws -> any DatasetReader {
    if let reader = DatasetReaders.reader(id) { return reader }
    throw DatasetError(
      "no reader is called “\(id)”",
      remedy: "known are \(DatasetReaders.all.map(\.id).joined(separator: ", "))", cause: .usage)
  }

  /// Tells on standard error how many problems there are.
  static func warn(_ dataset: Dataset, root: String) {
    let errors = dataset.problems.count { $0.severity == .error }
    guard errors > 0 else { return }
    FileHandle.standardError.write(
      Data("note: \(errors) problems; see them with: deepmed data check \(root)\n".utf8))
  }

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

  /// Lists what is wrong with a folder.
  public struct Check: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "List everything that is wrong or odd about a data set's folder.",
      discussion: "Exits with 65 when a case can't be used, and with --strict for every odd name, too.")

    @OptionGroup public var source: Source

    @Flag(help: "Open every image and look at its header, too.")
    public var images = false

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      // Problems are the result here, not a failure: they are all listed before the exit.
      var lenient = source
      lenient.strict = false
      let dataset = try lenient.open()
      let log = DatasetLog()
      if images { _ = DatasetSummary(dataset, log: log) }
      let problems = dataset.problems + log.problems
      let errors = problems.filter { $0.severity == .error }
      if json {
        print(try Deepmed.CatalogCommand.json(problems))
      } else {
        for problem in problems {
          print((problem.severity == .error ? "error: " : "note: ") + problem.problem.description)
        }
        print(
          "\(dataset.id): \(dataset.cases.count) cases, \(errors.count) errors, "
            + "\(problems.count - errors.count) notes")
      }
      if !errors.isEmpty || (source.strict && !problems.isEmpty) { throw ExitCode(65) }
    }
  }

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

  /// Sums a data set up.
  public struct Summary: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Counts of cases, groups, splits, classes, images and values.")

    @OptionGroup public var source: Source

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      let dataset = try source.open()
      let summary = DatasetSummary(dataset)
      if json {
        print(try Deepmed.CatalogCommand.json(summary))
        return
      }
      func counts(_ values: [DatasetSummary.Count]) -> String {
        values.map { "\($0.value) \($0.count)" }.joined(separator: ", ")
      }
      print("\(summary.id): \(summary.cases) cases of \(summary.groups) \(dataset.form.group)s")
      if !summary.splits.isEmpty { print("split: \(counts(summary.splits))") }
      if !summary.classes.isEmpty { print("\(dataset.form.target ?? "classes"): \(counts(summary.classes))") }
      for image in summary.images {
        let size = image.medianSize.map { $0.map { String(Int($0)) }.joined(separator: "×") + " voxels" }
        let spacing = image.medianSpacing.map { $0.map(rounded).joined(separator: "×") + " mm" }
        let middle = [size, spacing].compactMap { $0 }.joined(separator: ", ")
        print("\(image.name): \(image.count) images" + (middle.isEmpty ? "" : ", median \(middle)"))
      }
      for field in summary.fields {
        var text = "\(field.name): "
        if let minimum = field.minimum, let maximum = field.maximum, let mean = field.mean {
          text += "\(rounded(minimum)) to \(rounded(maximum)), mean \(rounded(mean))"
        } else if let values = field.values {
          text += counts(Array(values.prefix(6))) + (values.count > 6 ? ", …" : "")
        } else {
          text += "\(field.distinct) different values"
        }
        print(text + (field.missing > 0 ? ", \(field.missing) missing" : ""))
      }
      Deepmed.DataCommand.warn(dataset, root: source.root)
    }
  }
}
