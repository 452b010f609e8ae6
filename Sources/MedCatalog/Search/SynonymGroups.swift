/// Groups of phrases that mean the same to a search.
struct SynonymGroups: Sendable {
  /// Each phrase as words joined by spaces.
  private(set) var groups: [[String]] = []
  private var byPhrase: [String: [Int]] = [:]
  private var longest = 1
  /// All words of all phrases.
  private(set) var words: Set<String> = []

  /// From the vocabulary's terms and groups.
  init(_ vocabulary: Vocabulary, text: SearchText) {
    for field in Vocabulary.Field.allCases where field != .access {
      for term in vocabulary.terms[field] ?? [] {
        add(([term.name, term.id] + term.synonyms).map(text.normalized))
      }
    }
    for group in vocabulary.synonyms { add(group.map(text.normalized)) }
  }

  /// From lines of phrases separated by bars, as `lines` writes them.
  init(lines: String) {
    for line in lines.split(separator: "\n") { add(line.split(separator: "|").map(String.init)) }
  }

  var lines: String { groups.map { $0.joined(separator: "|") }.joined(separator: "\n") }

  private mutating func add(_ phrases: [String]) {
    var group: [String] = []
    for phrase in phrases where !phrase.isEmpty && !group.contains(phrase) {
      group.append(phrase)
    }
    guard group.count > 1 else { return }
    for phrase in group {
      words.formUnion(phrase.split(separator: " ").map(String.init))
      byPhrase[phrase, default: []].append(groups.count)
      longest = max(longest, phrase.count { $0 == " " } + 1)
    }
    groups.append(group)
  }

  /// One idea of a query: the words that were typed, and what else means the same.
  struct Concept: Hashable {
    var typed: String
    var others: [String]
  }

  /// Cuts a query into ideas, the longest known phrases first.
  func concepts(_ words: [String]) -> [Concept] {
    var concepts: [Concept] = []
    var start = 0
    while start < words.count {
      var length = min(longest, words.count - start)
      while length > 1, byPhrase[words[start..<start + length].joined(separator: " ")] == nil { length -= 1 }
      let typed = words[start..<start + length].joined(separator: " ")
      var others: [String] = []
      for group in byPhrase[typed] ?? [] {
        for phrase in groups[group] where phrase != typed && !others.contains(phrase) {
          others.append(phrase)
        }
      }
      concepts.append(Concept(typed: typed, others: others))
      start += length
    }
    return concepts
  }

  /// Whether a word is part of any phrase.
  func knows(_ word: String) -> Bool { words.contains(word) }
}
