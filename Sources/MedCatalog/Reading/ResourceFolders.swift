import Foundation

/// Where the files that come with the library lie.
enum ResourceFolders {
  /// The place of a folder of resources: beside the program, in an app's bundle, or in the sources it was built from.
  ///
  /// The package manager's own look-up ends the process when a program was copied without its resources; this one
  /// leads to a folder that is not there, and the reader of it says so.
  static func url(_ name: String) -> URL {
    let main = Bundle.main
    let parents = [main.bundleURL] + [main.resourceURL].compactMap { $0 }
    let bundles = parents.flatMap { parent in
      ["resources", "bundle"].map { parent.appending(path: "DeepMedicine_MedCatalog.\($0)") }
    }
    let inside = bundles.flatMap { [$0, $0.appending(path: "Contents/Resources")] }
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let candidates = (inside + [sources]).map { $0.appending(path: name) }
    return candidates.first { FileManager.default.fileExists(atPath: $0.path) } ?? candidates[0]
  }
}
