import Foundation

/// A table in a text file: rows of cells.
public struct SeparatedTable {
  public enum Separator: Equatable, Sendable {
    /// One character; quotes hold cells together, as RFC 4180 says.
    case character(Character)
    /// Runs of spaces and tabs.
    case spaces
  }

  public struct Row: Sendable {
    /// Counted from one, as editors do.
    public var line: Int
    public var cells: [String]
  }

  public private(set) var rows: [Row] = []
  /// Where a quote was opened and never closed.
  public private(set) var openQuote: Int?

  /// - Complexity: O(characters).
  public init(_ text: String, separator: Separator = .character(",")) {
    switch separator {
    case .spaces:
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let cells = line.split { $0 == " " || $0 == "\t" }.map(String.init)
        if !cells.isEmpty { rows.append(Row(line: index + 1, cells: cells)) }
      }
    case .character(let character): split(text, at: character)
    }
  }

  private mutating func split(_ text: String, at separator: Character) {
    let (comma, quote, newline) = (separator.asciiValue ?? 44, UInt8(ascii: "\""), UInt8(ascii: "\n"))
    var cell: [UInt8] = []
    var cells: [String] = []
    var (line, start) = (1, 1)
    var (isQuoted, wasQuoted) = (false, false)
    func finished() -> String {
      let text = String(decoding: cell, as: UTF8.self)
      return wasQuoted ? text : text.trimmingCharacters(in: .whitespaces)
    }
    func endRow(_ rows: inout [Row]) {
      cells.append(finished())
      if cells.count > 1 || !cells[0].isEmpty { rows.append(Row(line: start, cells: cells)) }
      cells.removeAll()
      cell.removeAll(keepingCapacity: true)
      wasQuoted = false
    }
    var bytes = text.utf8.makeIterator()
    var next = bytes.next()
    while let byte = next {
      next = bytes.next()
      if isQuoted {
        if byte == quote, next == quote {
          cell.append(quote)
          next = bytes.next()
        } else if byte == quote {
          isQuoted = false
        } else {
          if byte == newline { line += 1 }
          cell.append(byte)
        }
      } else if byte == quote, cell.allSatisfy({ $0 == 32 }) {
        cell.removeAll()
        (isQuoted, wasQuoted) = (true, true)
        openQuote = line
      } else if byte == comma {
        cells.append(finished())
        cell.removeAll(keepingCapacity: true)
        wasQuoted = false
      } else if byte == newline {
        endRow(&rows)
        line += 1
        start = line
      } else if !wasQuoted || byte != 32 {
        // Spaces behind a closing quote say nothing.
        cell.append(byte)
      }
    }
    if !isQuoted { openQuote = nil }
    if !cell.isEmpty || !cells.isEmpty { endRow(&rows) }
  }
}
