public import Foundation
import MedVoxel

/// Text files as people leave them: UTF-8 with or without a mark, UTF-16 with one, or Latin-1; any line ends.
public enum TextFile {
  /// A whole text with one character for each line's end.
  ///
  /// What is odd about it (a byte order mark, UTF-16, Latin-1, Windows line ends) is noted in the log.
  ///
  /// - Parameter limit: bytes; a larger file is refused before it is read.
  /// - Throws: `DatasetError` when the file can't be read, is too large, or is no text.
  public static func read(_ url: URL, limit: Int = 1 << 30, log: DatasetLog) throws(DatasetError) -> String {
    let data = try bytes(url, limit: limit)
    if data.starts(with: [0xEF, 0xBB, 0xBF]) {
      log.note("the file begins with a byte order mark", at: url.path)
      guard let text = String(data: data.dropFirst(3), encoding: .utf8) else {
        throw DatasetError("the file claims to be UTF-8 and is not", at: url.path)
      }
      return unified(text, url, log)
    }
    if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) {
      log.note("the file is UTF-16", at: url.path)
      guard let text = String(data: data, encoding: .utf16) else {
        throw DatasetError("the file claims to be UTF-16 and is not", at: url.path)
      }
      return unified(text, url, log)
    }
    if let zero = data.firstIndex(of: 0) {
      throw DatasetError(
        "expected text, found a zero byte at \(zero - data.startIndex)", at: url.path,
        remedy: "the file may be compressed or damaged")
    }
    if let text = String(data: data, encoding: .utf8) { return unified(text, url, log) }
    log.note("the file is not UTF-8; read as Latin-1", at: url.path)
    return unified(String(decoding: data.map { UInt16($0) }, as: UTF16.self), url, log)
  }

  /// A whole file.
  ///
  /// - Throws: `DatasetError` when it is no file, too large or unreadable.
  public static func bytes(_ url: URL, limit: Int = 1 << 30) throws(DatasetError) -> Data {
    var status = stat()
    guard stat(url.path, &status) == 0 else {
      throw DatasetError("the file can't be found", at: url.path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError("expected a file, found something else", at: url.path)
    }
    guard Int(status.st_size) <= limit else {
      throw DatasetError("expected at most \(limit) bytes, found \(status.st_size)", at: url.path)
    }
    do {
      return try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw DatasetError("the file can't be read: \(error.localizedDescription)", at: url.path)
    }
  }

  /// Line ends as one character.
  private static func unified(_ text: String, _ url: URL, _ log: DatasetLog) -> String {
    guard text.utf8.contains(13) else { return text }
    log.note("the file has Windows line ends", at: url.path)
    return text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
  }
}
