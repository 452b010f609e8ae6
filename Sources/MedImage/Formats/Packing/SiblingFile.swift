import Foundation
import MedVoxel

/// Files that a header names: they lie beside it or below, nowhere else.
enum SiblingFile {
  /// The place of a file named in a header.
  /// - Throws: `ImageError` for names that lead elsewhere: absolute ones, and those that go up.
  static func url(_ name: String, besides source: FileSource) throws(ImageError) -> URL {
    guard source.isOnDisk else {
      throw ImageError(
        "the header names the file “\(name)”, but nothing lies beside an image in memory or in an archive",
        at: source.name, remedy: "unpack both files into a folder and read the header there")
    }
    let parts = name.split(whereSeparator: { $0 == "/" || $0 == "\\" })
    guard !name.hasPrefix("/"), !name.hasPrefix("\\"), !name.hasPrefix("~"), !parts.isEmpty,
      !parts.contains(".."), !name.utf8.contains(0), !name.dropFirst().hasPrefix(":")
    else {
      throw ImageError(
        "expected the name of a file in the header's folder, found “\(name)”", at: source.name,
        remedy: "put the data beside the header and name it without folders above it")
    }
    return source.url.deletingLastPathComponent().appendingPathComponent(name)
  }

  /// The names that a pattern gives: printf's `%d`, `%03d` for whole numbers.
  /// - Throws: `ImageError` for other patterns, or more names than `limit`.
  static func names(
    pattern: String, from first: Int, to last: Int, step: Int, limit: Int, at location: String
  ) throws(ImageError) -> [String] {
    let pieces = pattern.split(separator: "%", omittingEmptySubsequences: false)
    let digits = pieces.count == 2 ? pieces[1].prefix { $0.isASCII && $0.isNumber } : ""
    guard pieces.count == 2, pieces[1].dropFirst(digits.count).hasPrefix("d"), digits.count < 3 else {
      throw ImageError(
        "expected a pattern with one number such as slice%03d.raw, found “\(pattern)”", at: location)
    }
    let (distance, overflow) = last.subtractingReportingOverflow(first)
    let (steps, isUseless) = distance.dividedReportingOverflow(by: step)
    guard !overflow, !isUseless, (0..<max(1, limit)).contains(steps) else {
      throw ImageError(
        "the pattern counts from \(first) to \(last) by \(step), expected 1 to \(limit) files", at: location)
    }
    let width = Int(digits) ?? 0
    let end = pieces[1].dropFirst(digits.count + 1)
    return (0...steps).map { index in
      let text = String(first + index * step)
      let padding = String(
        repeating: digits.hasPrefix("0") ? "0" : " ", count: max(0, width - text.count))
      return pieces[0] + padding + text + end
    }
  }
}
