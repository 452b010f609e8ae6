import MedVoxel
import Yams

/// A place in a file, for messages.
struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  var file: String
  var line: Int
  var description: String { "\(file):\(line)" }
}

/// Collects what is wrong in all files.
final class ProblemLog {
  private(set) var problems: [Problem] = []
  func note(_ statement: String, at location: SourceLocation, remedy: String? = nil) {
    problems.append(Problem(statement, at: location.description, remedy: remedy))
  }
  func append(_ problem: Problem) { problems.append(problem) }
}

/// The keys of one YAML mapping, read one after the other; keys that nobody asked for are problems.
final class YAMLFields {
  let location: SourceLocation
  private let log: ProblemLog
  private var values: [String: Node] = [:]
  private var keys: [(name: String, line: Int)] = []
  private var asked: [String] = []

  /// - Returns: nil, with a problem noted, when the node is no mapping.
  init?(_ node: Node, in file: String, what: String, log: ProblemLog) {
    location = SourceLocation(file: file, line: node.mark?.line ?? 1)
    self.log = log
    guard case .mapping(let mapping) = node else {
      log.note("expected \(what) as a mapping of keys to values", at: location)
      return nil
    }
    for (key, value) in mapping {
      guard let name = key.string else {
        log.note("expected a word as a key of \(what)", at: place(of: key))
        continue
      }
      values[name] = value
      keys.append((name, key.mark?.line ?? location.line))
    }
  }

  func place(of node: Node) -> SourceLocation {
    SourceLocation(file: location.file, line: node.mark?.line ?? location.line)
  }

  func problem(_ statement: String, at node: Node? = nil, remedy: String? = nil) {
    log.note(statement, at: node.map(place) ?? location, remedy: remedy)
  }

  func has(_ key: String) -> Bool { values[key] != nil }

  func node(_ key: String) -> Node? {
    asked.append(key)
    return values[key]
  }

  /// Text that is not empty.
  func text(_ key: String) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.scalar?.string.trimmingSpaces, node.null == nil || node.scalar?.style != .plain
    else {
      problem("expected text for `\(key)`", at: node, remedy: "leave the key out when nothing is known")
      return nil
    }
    if text.isEmpty {
      problem("`\(key)` is empty", at: node, remedy: "leave the key out when nothing is known")
      return nil
    }
    return text
  }

  func requiredText(_ key: String) -> String {
    if !has(key) { problem("`\(key)` is missing") }
    return text(key) ?? ""
  }

  func integer(_ key: String) -> Int? {
    guard let node = node(key) else { return nil }
    guard let value = node.int else {
      problem(
        "expected a whole number for `\(key)`, found \(node.scalar?.string ?? "a collection")", at: node)
      return nil
    }
    return value
  }

  func flag(_ key: String) -> Bool {
    guard let node = node(key) else { return false }
    guard let value = node.bool else {
      problem("expected true or false for `\(key)`", at: node)
      return false
    }
    return value
  }

  /// A list of texts that is not empty.
  func texts(_ key: String) -> [String] {
    elements(key).compactMap { node in
      guard let text = node.scalar?.string.trimmingSpaces, !text.isEmpty else {
        problem("expected text in `\(key)`", at: node)
        return nil
      }
      return text
    }
  }

  func integers(_ key: String) -> [Int] {
    elements(key).compactMap { node in
      guard let value = node.int else {
        problem("expected a whole number in `\(key)`", at: node)
        return nil
      }
      return value
    }
  }

  /// The items of a list.
  func elements(_ key: String) -> [Node] {
    guard let node = node(key) else { return [] }
    guard case .sequence(let sequence) = node else {
      problem("expected a list for `\(key)`", at: node)
      return []
    }
    if sequence.isEmpty { problem("`\(key)` is empty", at: node, remedy: "leave the key out") }
    return Array(sequence)
  }

  func mappings(_ key: String, what: String) -> [YAMLFields] {
    elements(key).compactMap { YAMLFields($0, in: location.file, what: what, log: log) }
  }

  func mapping(_ key: String, what: String) -> YAMLFields? {
    node(key).flatMap { YAMLFields($0, in: location.file, what: what, log: log) }
  }

  /// All keys with their texts, for mappings whose keys are free.
  func textsByKey() -> [String: String] {
    var result: [String: String] = [:]
    for key in keys { result[key.name] = text(key.name) }
    return result
  }

  func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, of type: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    guard let node = node(key), let text = text(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    problem(
      "`\(key)` is “\(text)”; known are \(known.joined(separator: ", "))", at: node,
      remedy: Spelling.nearest(to: text, in: known).map { "did you mean “\($0)”?" })
    return nil
  }

  /// Notes the keys that were never asked for.
  func finish() {
    for key in keys where !asked.contains(key.name) {
      log.note(
        "unknown key `\(key.name)`", at: SourceLocation(file: location.file, line: key.line),
        remedy: Spelling.nearest(to: key.name, in: asked).map { "did you mean `\($0)`?" })
    }
  }
}

extension String {
  var trimmingSpaces: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
