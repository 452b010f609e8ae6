public import Foundation
import MedImage
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
    do {
      let decoded = try DecodedText(data, name: url.path)
      for note in decoded.notes { log.note(note, at: url.path) }
      return decoded.text
    } catch {
      throw DatasetError(error.problems, cause: error.cause)
    }
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
}
