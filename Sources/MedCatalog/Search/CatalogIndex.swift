public import Foundation
import GRDB

/// The catalog in a database with a full-text index: answers in milliseconds without reading the YAML files.
public struct CatalogIndex: Sendable {
  let database: DatabaseQueue

  /// Builds the index in memory.
  public init(_ catalog: Catalog) throws {
    database = try DatabaseQueue()
    try database.write { try Self.fill($0, with: catalog) }
  }

  private init(readingFrom file: URL) throws {
    var configuration = Configuration()
    configuration.readonly = true
    database = try DatabaseQueue(path: file.path, configuration: configuration)
  }

  /// The index of the catalog that comes with the library, kept in a cache folder and built anew when the catalog or
  /// the code's support has changed. Where the folder can't be written, the index stays in memory.
  ///
  /// - Throws: `CatalogError` when the catalog's own files are damaged.
  public static func bundled(
    support: SupportTable = SupportTable(), cache: URL = defaultCache
  ) throws -> CatalogIndex {
    try index(of: Catalog.resources, support: support, cache: cache)
  }

  static func index(of folder: URL, support: SupportTable, cache: URL) throws -> CatalogIndex {
    let file = cache.appending(
      path: "catalog-\(try fingerprint(of: folder, support: support)).sqlite")
    if let index = try? CatalogIndex(readingFrom: file), (try? index.isWhole()) == true { return index }
    let catalog = try Catalog(contentsOf: folder, support: support)
    let temporary = cache.appending(path: ".catalog-\(UUID().uuidString).sqlite")
    defer { try? FileManager.default.removeItem(at: temporary) }
    do {
      try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
      // A damaged file is built anew, so that nothing need be flushed.
      var configuration = Configuration()
      configuration.prepareDatabase {
        try $0.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
      }
      try DatabaseQueue(path: temporary.path, configuration: configuration).write {
        try fill($0, with: catalog)
      }
      removeOldest(in: cache)
      guard rename(temporary.path, file.path) == 0 else { return try CatalogIndex(catalog) }
      return try CatalogIndex(readingFrom: file)
    } catch {
      return try CatalogIndex(catalog)
    }
  }

  /// `deepmedicine` in the user's cache folder.
  public static var defaultCache: URL {
    if let folder = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], !folder.isEmpty {
      return URL(filePath: folder).appending(path: "deepmedicine")
    }
    return URL(filePath: NSHomeDirectory()).appending(path: ".cache/deepmedicine")
  }

  /// A number that changes with any file's name, size or time, with the support and with the index's layout.
  private static func fingerprint(of folder: URL, support: SupportTable) throws -> String {
    var hash = Fingerprint()
    hash.add("layout 4")
    for file in try CatalogFiles.yaml(below: folder) {
      var status = stat()
      guard stat(folder.appending(path: file).path, &status) == 0 else { continue }
      #if canImport(Darwin)
        let time = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
      #else
        let time = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
      #endif
      hash.add("\(file) \(status.st_size) \(time)")
    }
    hash.add(folder.path)
    for (id, support) in support.entries.sorted(by: { $0.key < $1.key }) { hash.add("\(id) \(support)") }
    return hash.text
  }

  /// Keeps the few newest indexes: several versions of the library may share the folder.
  private static func removeOldest(in cache: URL) {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: cache.path)) ?? []
    let indexes = files.filter { $0.hasPrefix("catalog-") && $0.hasSuffix(".sqlite") }
      .map { cache.appending(path: $0) }
    let dated = indexes.map { url in
      (
        url,
        (try? url.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate)
          ?? .distantPast
      )
    }
    for (url, _) in dated.sorted(by: { $0.1 > $1.1 }).dropFirst(4) {
      try? FileManager.default.removeItem(at: url)
    }
  }
}

/// FNV-1a, 64 bits.
private struct Fingerprint {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: String) {
    for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state = (state ^ 0xff) &* 0x100_0000_01b3
  }

  var text: String { String(state, radix: 16) }
}
