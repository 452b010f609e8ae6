import Foundation

/// Words as the index and the queries see them: lower-case, without accents, in American spelling.
struct SearchText: Sendable {
  /// British words or stems to American ones.
  private let spelling: [String: String]
  /// The length of the shortest, and the beginnings of all at that length: most words need no further look.
  private let shortest: Int
  private let beginnings: Set<Substring>

  /// Words that say nothing about an entry.
  private static let stopWords: Set<String> = [
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "it", "its", "of", "on",
    "or",
    "that", "the", "their", "this", "to", "with", "data", "dataset", "datasets",
  ]

  init(spelling: [String: String]) {
    self.spelling = spelling
    let shortest = spelling.keys.map(\.count).min() ?? .max
    self.shortest = shortest
    beginnings = Set(spelling.keys.map { $0.prefix(shortest) })
  }

  /// From lines of two words, as `lines` writes them.
  init(lines: String) {
    self.init(
      spelling: Dictionary(
        lines.split(separator: "\n").compactMap { line in
          let pair = line.split(separator: " ")
          return pair.count == 2 ? (String(pair[0]), String(pair[1])) : nil
        }
      ) { first, _ in first })
  }

  var lines: String { spelling.map { "\($0.key) \($0.value)" }.sorted().joined(separator: "\n") }

  /// All words of a text, in order.
  func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in Self.folded(text).unicodeScalars {
      if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
        word.unicodeScalars.append(scalar)
      } else if !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    if !word.isEmpty { words.append(word) }
    return words.map(american)
  }

  /// A word whose beginning has a known British spelling, in the American one: the longest beginning counts.
  private func american(_ word: String) -> String {
    guard beginnings.contains(word.prefix(shortest)) else { return word }
    for length in stride(from: word.count, through: shortest, by: -1) {
      if let found = spelling[String(word.prefix(length))] { return found + word.dropFirst(length) }
    }
    return word
  }

  func normalized(_ text: String) -> String { words(text).joined(separator: " ") }

  /// The words of a query that say something; all of them when none does.
  func queryWords(_ text: String) -> [String] {
    let all = words(text)
    let telling = all.filter { !Self.stopWords.contains($0) }
    return telling.isEmpty ? all : telling
  }

  private static func folded(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    return text.folding(options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: nil)
  }
}
