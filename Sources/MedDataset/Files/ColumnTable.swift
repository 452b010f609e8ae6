import Foundation
import MedVoxel

/// A column of a published table.
struct TableColumn: Sendable {
  enum Kind: Sendable {
    case number
    /// Any text, or one of these.
    case category([String])
    case text
  }

  var name: String
  var kind: Kind

  static func number(_ name: String) -> TableColumn { TableColumn(name: name, kind: .number) }
  static func category(_ name: String, _ values: [String] = []) -> TableColumn {
    TableColumn(name: name, kind: .category(values))
  }
  static func text(_ name: String) -> TableColumn { TableColumn(name: name, kind: .text) }
}

/// One text file of a published table, and how to read it.
struct TableFile: Sendable {
  /// How a record's number stands behind a row's last value: `negative.|3733`, `-[840801013]`.
  enum Glue: Sendable {
    case bar, brackets

    func parted(_ cells: [String]) -> [String] {
      guard let last = cells.last, let range = last.range(of: self == .bar ? ".|" : "[") else { return cells }
      var record = last[range.upperBound...]
      if self == .brackets, record.hasSuffix("]") { record.removeLast() }
      return cells.dropLast() + [String(last[..<range.lowerBound]), String(record)]
    }

    func joined(_ cells: [String]) -> [String] {
      guard cells.count > 1 else { return cells }
      let (value, record) = (cells[cells.count - 2], cells[cells.count - 1])
      return cells.dropLast(2) + [self == .bar ? "\(value).|\(record)" : "\(value)[\(record)]"]
    }
  }

  var name: String
  /// The columns, in order; empty where the file's header names them.
  var columns: [TableColumn] = []
  /// Rows before the data that the owners publish; the last one names the columns.
  var headerRows = 0
  /// The owners' separator; a copy with the other one is read too.
  var isSpaced = false
  /// How the owners mark what they don't know.
  var missing: Set<String> = ["?"]
  var split: DatasetSplit?
  /// Whether the data set is incomplete without it.
  var isRequired = true
  /// How many rows the owners publish.
  var rowCount: Int?
  /// What is glued to the last value, as a column of its own.
  var glue: Glue?
  /// Whom a row is about; the row itself by default.
  var group: (@Sendable (DatasetCase) -> String?)?

  /// The rows as cases; all problems go to the log.
  ///
  /// - Parameter prefix: before the row's number in the case's id.
  func cases(_ url: URL, prefix: String, log: DatasetLog) throws(DatasetError) -> [DatasetCase] {
    let text = try TextFile.read(url, log: log)
    let table = SeparatedTable(text, separator: separator(of: text))
    if let line = table.openQuote {
      log.error("a quote is opened and never closed", at: "\(url.path):\(line)")
    }
    var rows = table.rows
    let columns = try header(&rows, url, log)
    var cases: [DatasetCase] = []
    for (index, row) in rows.enumerated() {
      let place = "\(url.path):\(row.line)"
      var cells = glue?.parted(row.cells) ?? row.cells
      // A separator at the end of each line makes an empty last cell.
      if cells.count == columns.count + 1, cells.last == "" { cells.removeLast() }
      guard cells.count == columns.count else {
        log.error("expected \(columns.count) cells, found \(cells.count)", at: place)
        continue
      }
      var item = DatasetCase(id: "\(prefix)\(index + 1)", split: split)
      for (column, cell) in zip(columns, cells) { item.add(column.name, value(cell, column, place, log)) }
      if let group = group?(item) { item.group = group }
      cases.append(item)
    }
    if let rowCount, cases.count != rowCount {
      log.note("the owners publish \(rowCount) rows, found \(cases.count)", at: url.path)
    }
    return cases
  }

  private func separator(of text: String) -> SeparatedTable.Separator {
    let head = text.prefix(4096)
    let hasCommas = head.contains(",")
    if !isSpaced { return hasCommas || !head.contains(" ") ? .character(",") : .spaces }
    return hasCommas ? .character(",") : .spaces
  }

  /// Takes the header off, and says what the columns are.
  private func header(
    _ rows: inout [SeparatedTable.Row], _ url: URL, _ log: DatasetLog
  ) throws(DatasetError) -> [TableColumn] {
    if headerRows > 0 {
      guard rows.count >= headerRows else {
        throw DatasetError("expected \(headerRows) header rows, found \(rows.count) rows", at: url.path)
      }
      let names = rows[headerRows - 1].cells
      rows.removeFirst(headerRows)
      if columns.isEmpty {
        return names.map { name in TableColumn.text(name) }
      }
      if names.count != columns.count {
        log.error("expected \(columns.count) columns, found \(names.count)", at: "\(url.path):\(headerRows)")
      } else {
        for (name, column) in zip(names, columns) where name != column.name {
          log.note("the owners call the column “\(name)” “\(column.name)”", at: "\(url.path):\(headerRows)")
        }
      }
      return columns
    }
    if let first = rows.first, !fits(glue?.parted(first.cells) ?? first.cells) {
      log.note("a header row was added to the owners' file", at: "\(url.path):\(first.line)")
      rows.removeFirst()
    }
    return columns
  }

  /// Whether a row can be data rather than names.
  private func fits(_ cells: [String]) -> Bool {
    for (column, cell) in zip(columns, cells) where !missing.contains(cell) && !cell.isEmpty {
      switch column.kind {
      case .number: if Double(cell) == nil { return false }
      case .category(let values): if !values.isEmpty, !values.contains(cell) { return false }
      case .text: break
      }
    }
    return true
  }

  private func value(
    _ cell: String, _ column: TableColumn, _ place: String, _ log: DatasetLog
  ) -> FieldValue {
    if missing.contains(cell) || cell.isEmpty { return .missing }
    switch column.kind {
    case .text: return Double(cell).map(FieldValue.number) ?? .text(cell)
    case .category(let values):
      if !values.isEmpty, !values.contains(cell) {
        log.error("\(column.name): expected \(Self.some(values)), found “\(cell)”", at: place)
      }
      return .text(cell)
    case .number:
      guard let number = Double(cell), number.isFinite else {
        log.error("\(column.name): expected a number, found “\(cell)”", at: place)
        return .missing
      }
      return .number(number)
    }
  }

  private static func some(_ values: [String]) -> String {
    values.count <= 6 ? values.joined(separator: ", ") : "one of \(values.count) values"
  }
}
