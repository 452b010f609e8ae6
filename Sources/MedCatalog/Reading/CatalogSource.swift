import Foundation
import MedVoxel
import Yams

/// The catalog's files, read but not yet compared with one another.
struct CatalogSource {
  var topics: [(id: String, title: String, file: String)] = []
  var entries: [(entry: CatalogEntry, location: SourceLocation)] = []
  var vocabulary = Vocabulary()
  var list: ListStructure?

  /// Reads all YAML files below a folder.
  ///
  /// - Throws: `CatalogError` when the folder can't be read; what is wrong inside files goes to `log`.
  init(_ folder: URL, log: ProblemLog) throws(CatalogError) {
    let files = try CatalogFiles.yaml(below: folder)
    if files.isEmpty {
      throw CatalogError(
        "no YAML file was found", at: folder.path, remedy: "name the folder of the catalog's files",
        cause: .usage)
    }
    for file in files {
      guard let fields = Self.document(folder.appending(path: file), named: file, log: log) else { continue }
      switch file {
      case "vocabulary.yaml": vocabulary = Vocabulary(fields)
      case "list.yaml": list = ListStructure(fields)
      default: addTopic(fields, file: file, log: log)
      }
    }
    for needed in ["vocabulary.yaml", "list.yaml"] where !files.contains(needed) {
      log.append(Problem("the file is missing", at: needed))
    }
  }

  private mutating func addTopic(_ fields: YAMLFields, file: String, log: ProblemLog) {
    let topic = fields.requiredText("topic")
    topics.append((topic, fields.requiredText("title"), file))
    let reader = EntryReader(log: log)
    for entry in fields.mappings("entries", what: "an entry") {
      if let read = reader.entry(entry, topic: topic) { entries.append((read, entry.location)) }
    }
    fields.finish()
  }

  /// The one document of a file.
  private static func document(_ url: URL, named file: String, log: ProblemLog) -> YAMLFields? {
    let start = SourceLocation(file: file, line: 1)
    guard let data = try? Data(contentsOf: url) else {
      log.note("the file can't be read", at: start)
      return nil
    }
    guard data.count <= 4 << 20 else {
      log.note("expected at most 4 MiB, found \(data.count) bytes", at: start)
      return nil
    }
    guard let text = String(data: data, encoding: .utf8) else {
      log.note("the file is not UTF-8", at: start)
      return nil
    }
    do {
      guard let node = try Yams.compose(yaml: text) else {
        log.note("the file is empty", at: start)
        return nil
      }
      return YAMLFields(node, in: file, what: "the file", log: log)
    } catch let error as YamlError {
      log.note(error.statement, at: SourceLocation(file: file, line: error.line ?? 1))
    } catch {
      log.note("\(error)", at: start)
    }
    return nil
  }
}

/// The names of the catalog's files.
enum CatalogFiles {
  /// Paths relative to the folder, sorted.
  static func yaml(below folder: URL) throws(CatalogError) -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: folder.path) else {
      throw CatalogError(
        "the folder of the catalog's files can't be read", at: folder.path,
        remedy: "DeepMedicine_MedCatalog.resources lies beside the program", cause: .usage)
    }
    return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".yaml") }.sorted()
  }
}

extension YamlError {
  fileprivate var line: Int? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: nil
    }
  }

  fileprivate var statement: String {
    switch self {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      problem
    case .duplicatedKeysInMapping(let keys, _): "the keys \(keys) stand twice in one mapping"
    default: "\(self)"
    }
  }
}
