import Foundation
import MedCheckpoint

/// A folder with a `cases.json`.
struct CaseFolder {
  let url: URL
  let cases: [JSONObject]
  let arrays: SafetensorsFile?

  /// All folders below `root`, sorted by path.
  static func find(below root: URL) throws -> [URL] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw CheckpointError("expected a folder with reference vectors", at: root.path)
    }
    guard let walker = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) else {
      return []
    }
    return walker.compactMap { $0 as? URL }.filter { $0.lastPathComponent == "cases.json" }
      .map { $0.deletingLastPathComponent() }.sorted { $0.path < $1.path }
  }

  init(_ url: URL) throws {
    self.url = url
    let block = try ByteBlock(mapping: url.appendingPathComponent("cases.json").path)
    let json = try JSONValue(parsing: block.bytes)
    guard let list = json["cases"]?.array else {
      throw CheckpointError("expected a list “cases”", at: url.appendingPathComponent("cases.json").path)
    }
    cases = list.compactMap(\.object)
    let name = json["arrays"]?.string
    let path = name.map { url.appendingPathComponent($0).path }
    arrays = try path.flatMap { path in
      FileManager.default.fileExists(atPath: path) ? try SafetensorsFile(path: path) : nil
    }
  }

  /// The folder `data` beside one of the folders above.
  static func dataFolder(near url: URL) -> URL? {
    var folder = url.standardizedFileURL
    while folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
      let data = folder.appendingPathComponent("data")
      if FileManager.default.fileExists(atPath: data.appendingPathComponent("manifest.json").path) {
        return data
      }
    }
    return nil
  }
}
