import Foundation

/// Tries one reader with any bytes: refused, or read to the last element; a trap in it is a finding.
///
/// The environment's FUZZ_READER names the reader, "list" prints all names; the arguments are libFuzzer's.
@main struct Main {
  static let readers: [String: () throws -> Void] = imageReaders.merging(annotationReaders) { a, _ in a }
    .merging(checkpointReaders) { a, _ in a }.merging(["LIDC": fuzzLIDC]) { a, _ in a }

  static func main() throws {
    let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? "list"
    guard let reader = readers[name] else {
      print(readers.keys.sorted().joined(separator: "\n"))
      exit(name == "list" ? 0 : 64)
    }
    try reader()
  }
}
