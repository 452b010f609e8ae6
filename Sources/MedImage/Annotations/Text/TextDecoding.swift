package import Foundation
import MedVoxel

/// Text as people leave it: UTF-8 with or without a mark, UTF-16 with one, or Latin-1; any line ends.
package struct DecodedText: Sendable {
  /// With one character, a line feed, for each line's end.
  package var text: String
  /// What is odd about it: a byte order mark, UTF-16, Latin-1, other line ends.
  package var notes: [String] = []

  /// - Throws: `ImageError` when the bytes are no text.
  package init(_ data: Data, name: String) throws(ImageError) {
    if data.starts(with: [0xEF, 0xBB, 0xBF]) {
      notes.append("the file begins with a byte order mark")
      guard let text = String(data: data.dropFirst(3), encoding: .utf8) else {
        throw ImageError("the file claims to be UTF-8 and is not", at: name)
      }
      self.text = text
    } else if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) {
      notes.append("the file is UTF-16")
      guard let text = String(data: data, encoding: .utf16) else {
        throw ImageError("the file claims to be UTF-16 and is not", at: name)
      }
      self.text = text
    } else if let zero = data.firstIndex(of: 0) {
      throw ImageError(
        "expected text, found a zero byte at \(zero - data.startIndex)", at: name,
        remedy: "the file may be compressed or damaged")
    } else if let text = String(data: data, encoding: .utf8) {
      self.text = text
    } else {
      notes.append("the file is not UTF-8; read as Latin-1")
      text = String(decoding: data.map { UInt16($0) }, as: UTF16.self)
    }
    guard text.utf8.contains(13) else { return }
    notes.append("the file has Windows line ends")
    text = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
  }
}
