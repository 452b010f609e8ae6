public import Foundation
import MedVoxel

/// A folder that is looked at and never changed.
///
/// Names are found whatever their case. What systems leave behind (`.DS_Store`, `__MACOSX`, `Thumbs.db`) is not seen.
/// Links are followed only while they stay inside the folder's own tree of real folders: a loop can't be walked.
public struct DatasetFolderView: Sendable {
  public struct Entry: Hashable, Sendable {
    /// Relative to the root, with slashes.
    public var path: String
    public var isFolder: Bool
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  public let root: URL
  /// The most entries that are looked at.
  private static let mostEntries = 4_000_000

  public init(_ root: URL) throws(DatasetError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder) else {
      throw DatasetError("the folder does not exist", at: root.path, cause: .usage)
    }
    guard isFolder.boolValue else {
      throw DatasetError(
        "expected a folder, found a file", at: root.path, remedy: "name the data set's root folder",
        cause: .usage)
    }
    self.root = root
  }

  public func url(_ path: String) -> URL { path.isEmpty ? root : root.appending(path: path) }

  /// What lies directly in a folder, by name; nothing where the folder does not exist or can't be read.
  public func list(_ folder: String = "") -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url(folder).path)) ?? []
    return names.filter { !Self.isLeftBehind($0) }.sorted(by: Self.naturallyBefore).map { name in
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: url(path).path, isDirectory: &isFolder)
      return Entry(path: path, isFolder: exists && isFolder.boolValue)
    }
  }

  public func folders(_ folder: String = "") -> [Entry] { list(folder).filter(\.isFolder) }
  public func files(_ folder: String = "") -> [Entry] { list(folder).filter { !$0.isFolder } }

  /// All files below a folder.
  public func walk(_ folder: String = "") -> [Entry] {
    var found: [Entry] = []
    var waiting = [folder]
    var seen = Set([url(folder).resolvingSymlinksInPath().path])
    while let next = waiting.popLast(), found.count < Self.mostEntries {
      for entry in list(next).reversed() {
        if !entry.isFolder {
          found.append(entry)
        } else if seen.insert(url(entry.path).resolvingSymlinksInPath().path).inserted {
          waiting.append(entry.path)
        }
      }
    }
    return found.sorted { Self.naturallyBefore($0.path, $1.path) }
  }

  /// The real path of a file or folder, whatever the case of its name; nil when there is none.
  ///
  /// A name in another case is noted, since it breaks on other systems; several that differ in case only are an error.
  public func find(_ path: String, log: DatasetLog? = nil) -> String? {
    var found = ""
    for part in path.split(separator: "/").map(String.init) {
      let names = list(found).map(\.name)
      let next: String
      if names.contains(part) {
        next = part
      } else {
        let close = names.filter { $0.caseInsensitiveCompare(part) == .orderedSame }
        guard let first = close.first else { return nil }
        let place = url(found.isEmpty ? first : "\(found)/\(first)").path
        if close.count > 1 {
          log?.error("several names differ in case only: \(close.joined(separator: ", "))", at: place)
        } else {
          log?.note("the owners write this name “\(part)”", at: place)
        }
        next = first
      }
      found = found.isEmpty ? next : "\(found)/\(next)"
    }
    return found
  }

  /// The first of the folders that holds all the names: data sets are unpacked at one level or another.
  public func holding(_ names: [String], in candidates: [String], log: DatasetLog? = nil) -> String? {
    let found = candidates.first { candidate in
      names.allSatisfy { find(candidate.isEmpty ? $0 : "\(candidate)/\($0)") != nil }
    }
    return found.flatMap { find($0, log: log) }
  }

  private static func isLeftBehind(_ name: String) -> Bool {
    name.hasPrefix(".") || name == "__MACOSX" || name == "Thumbs.db" || name == "desktop.ini"
  }

  /// `case_2` before `case_10`.
  static func naturallyBefore(_ a: String, _ b: String) -> Bool {
    var (x, y) = (a.utf8[...], b.utf8[...])
    while let p = x.first, let q = y.first {
      let (m, n) = (x.prefix { isDigit($0) }, y.prefix { isDigit($0) })
      if !m.isEmpty, !n.isEmpty {
        let (u, v) = (m.drop { $0 == 48 }, n.drop { $0 == 48 })
        if u.count != v.count { return u.count < v.count }
        if !u.elementsEqual(v) { return u.lexicographicallyPrecedes(v) }
        x = x[m.endIndex...]
        y = y[n.endIndex...]
      } else {
        if p != q { return p < q }
        x = x.dropFirst()
        y = y.dropFirst()
      }
    }
    if x.isEmpty, y.isEmpty { return a < b }
    return x.isEmpty
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
