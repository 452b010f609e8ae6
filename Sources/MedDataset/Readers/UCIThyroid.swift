import Foundation

extension UCITables {
  /// Three unlike collections: `ann` (coded, one class), `new-thyroid` (laboratory values), and the Garavan Institute's
  /// records as six tables of one diagnosis each and as `thyroid0387` with all of them.
  static let thyroid: UCITable = {
    let codes = [
      "on thyroxine", "query on thyroxine", "on antithyroid medication", "sick", "pregnant",
      "thyroid surgery",
      "I131 treatment", "query hypothyroid", "query hyperthyroid", "lithium", "goitre", "tumor",
      "hypopituitary", "psych",
    ]
    let measures = ["TSH", "T3", "TT4", "T4U", "FTI"]
    var coded = (["age", "sex"] + codes + measures).map(TableColumn.number)
    coded.append(.category("class", ["1", "2", "3"]))
    let ann = [("ann-train.data", DatasetSplit.training, 3772), ("ann-test.data", .test, 3428)].map {
      TableFile(name: $0, columns: coded, isSpaced: true, split: $1, isRequired: false, rowCount: $2)
    }
    let laboratory = TableFile(
      name: "new-thyroid.data",
      columns: [.category("class", ["1", "2", "3"])]
        + ["T3-resin", "thyroxin", "triiodothyronine", "TSH", "TSH difference"].map(TableColumn.number),
      isRequired: false, rowCount: 215)
    var record: [TableColumn] = [.number("age"), .category("sex", ["M", "F"])]
    for code in codes { record.append(.category(code, ["f", "t"])) }
    for measure in measures + ["TBG"] {
      record.append(.category("\(measure) measured", ["f", "t"]))
      record.append(.number(measure))
    }
    record += [.category("referral source"), .text("class"), .text("record")]
    let columns = record
    let tables = ["allbp", "allhyper", "allhypo", "allrep", "dis", "sick"].flatMap { table in
      [("data", DatasetSplit.training, 2800), ("test", .test, 972)].map { end, split, count in
        TableFile(
          name: "\(table).\(end)", columns: columns, split: split, isRequired: false, rowCount: count,
          glue: .bar,
          group: { "record \($0[field: "record"]?.plain ?? "")" })
      }
    }
    let all = TableFile(
      name: "thyroid0387.data", columns: record, isRequired: false, rowCount: 9172,
      glue: .brackets, group: { "record \($0[field: "record"]?.plain ?? "")" })
    return UCITable(
      "uci-thyroid", target: "class", group: "record", files: ann + [laboratory] + tables + [all])
  }()
}
