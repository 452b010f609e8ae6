import Foundation
import MedVoxel

/// A data set of the UCI Machine Learning Repository: one or several tables, as text, without a patient's name.
///
/// - Source: archive.ics.uci.edu; columns as the `.names` files say.
public struct UCITable: DatasetReader {
  public let id: String
  public let form: DatasetForm
  let files: [TableFile]

  init(_ id: String, target: String, classes: [String] = [], group: String = "row", files: [TableFile]) {
    self.id = id
    form = DatasetForm(kind: .table, classes: classes, target: target, group: group)
    self.files = files
  }

  public func recognizes(_ folder: DatasetFolderView) -> Bool {
    files.contains { folder.find($0.name) != nil }
  }

  public func cases(in folder: DatasetFolderView, log: DatasetLog) throws -> [DatasetCase] {
    var cases: [DatasetCase] = []
    let present = files.filter { folder.find($0.name, log: log) != nil }
    guard !present.isEmpty else {
      let wanted = files.map(\.name).joined(separator: ", ")
      let packed = folder.files().filter { file in
        [".rar", ".zip", ".Z"].contains { file.name.hasSuffix($0) }
      }
      throw DatasetError(
        "none of the tables was found: \(wanted)", at: folder.root.path,
        remedy: packed.isEmpty ? nil : "unpack \(packed.map(\.name).joined(separator: ", ")) first")
    }
    for file in files {
      guard let path = folder.find(file.name) else {
        if file.isRequired { log.error("\(file.name) is missing", at: folder.url(file.name).path) }
        continue
      }
      do {
        cases += try file.cases(
          folder.url(path), prefix: files.count > 1 ? "\(file.name):" : "", log: log)
      } catch {
        log.error(error, at: folder.url(path).path)
      }
    }
    return cases
  }

  public func mimic(_ writer: MimicWriter) throws {
    for file in files {
      var random = writer.random.stream(file.name)
      let columns = file.columns.isEmpty ? Self.speechColumns : file.columns
      let separator = file.isSpaced ? " " : ","
      var lines: [String] = []
      for _ in 0..<max(0, file.headerRows - 1) {
        lines.append(columns.map { _ in "group" }.joined(separator: ","))
      }
      if file.headerRows > 0 { lines.append(columns.map(\.name).joined(separator: separator)) }
      for row in 0..<writer.rowCount(published: file.rowCount) {
        let cells = columns.map { Self.cell($0, row: row, &random) }
        lines.append((file.glue?.joined(cells) ?? cells).joined(separator: separator))
      }
      try writer.write(lines.joined(separator: "\n") + "\n", to: file.name)
    }
  }

  /// Names for the one table whose header names its columns.
  private static let speechColumns: [TableColumn] =
    [.number("id"), .number("gender")] + (1...752).map { .number("feature \($0)") }
    + [.category("class", ["0", "1"])]

  private static func cell(_ column: TableColumn, row: Int, _ random: inout RandomStream) -> String {
    switch column.kind {
    case .number:
      // Three rows share a subject.
      ["id", "subject#", "subject"].contains(column.name)
        ? String(row / 3 + 1) : String((random.uniform() * 1000).rounded() / 10)
    case .category(let values): values.isEmpty ? "1" : values[random.integer(below: values.count)]
    case .text:
      switch column.name {
      case "name": "phon_R01_S\(row / 6 + 1)_\(row % 6 + 1)"
      case "record": String(row + 1)
      default: "negative"
      }
    }
  }
}

/// The ten data sets of the list.
public enum UCITables {
  public static let all: [UCITable] = [
    liver, thyroid, breastCancer, heart, lymphography, parkinsons, telemonitoring, speech, classification,
    primaryTumor,
  ]

  /// `selector` is the split that a paper used, no diagnosis; what is to be predicted is the number of drinks.
  static let liver = UCITable(
    "uci-liver", target: "drinks",
    files: [
      TableFile(
        name: "bupa.data",
        columns: ["mcv", "alkphos", "sgpt", "sgot", "gammagt", "drinks"].map(TableColumn.number)
          + [.category("selector", ["1", "2"])],
        rowCount: 345)
    ])

  static let breastCancer = UCITable(
    "uci-breast-cancer", target: "class", classes: ["no-recurrence-events", "recurrence-events"],
    files: [
      TableFile(
        name: "breast-cancer.data",
        columns: [
          .category("class", ["no-recurrence-events", "recurrence-events"]), .category("age"),
          .category("menopause", ["lt40", "ge40", "premeno"]), .category("tumor-size"),
          .category("inv-nodes"),
          .category("node-caps", ["yes", "no"]), .category("deg-malig", ["1", "2", "3"]),
          .category("breast", ["left", "right"]), .category("breast-quad"),
          .category("irradiat", ["yes", "no"]),
        ], rowCount: 286)
    ])

  static let heart = UCITable(
    "uci-heart", target: "num", classes: ["0", "1", "2", "3", "4"],
    files: [("cleveland", 303), ("hungarian", 294), ("switzerland", 123), ("va", 200)].map { place, count in
      TableFile(
        name: "processed.\(place).data",
        columns: [
          "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope",
          "ca",
          "thal", "num",
        ].map(TableColumn.number), missing: ["?", "-9", "-9.0"], rowCount: count)
    })

  static let lymphography = UCITable(
    "uci-lymphography", target: "class", classes: ["1", "2", "3", "4"],
    files: [
      TableFile(
        name: "lymphography.data",
        columns: [.category("class", ["1", "2", "3", "4"])]
          + [
            "lymphatics", "block of affere", "bl. of lymph. c", "bl. of lymph. s", "by pass", "extravasates",
            "regeneration of", "early uptake in", "lym.nodes dimin", "lym.nodes enlar", "changes in lym.",
            "defect in node", "changes in node", "changes in stru", "special forms", "dislocation of",
            "exclusion of no", "no. of nodes in",
          ].map(TableColumn.number), rowCount: 148)
    ])

  static let primaryTumor = UCITable(
    "uci-primary-tumor", target: "class", classes: (1...22).map(String.init),
    files: [
      TableFile(
        name: "primary-tumor.data",
        columns: [.category("class", (1...22).map(String.init))]
          + [
            "age", "sex", "histologic-type", "degree-of-diffe", "bone", "bone-marrow", "lung", "pleura",
            "peritoneum", "liver", "brain", "skin", "neck", "supraclavicular", "axillar", "mediastinum",
            "abdominal",
          ].map(TableColumn.number), rowCount: 339)
    ])

  /// `phon_R01_S01_1` is the first recording of subject S01.
  static let parkinsons = UCITable(
    "uci-parkinsons", target: "status", classes: ["0", "1"], group: "subject",
    files: [
      TableFile(
        name: "parkinsons.data",
        columns: [.text("name")]
          + [
            "MDVP:Fo(Hz)", "MDVP:Fhi(Hz)", "MDVP:Flo(Hz)", "MDVP:Jitter(%)", "MDVP:Jitter(Abs)", "MDVP:RAP",
            "MDVP:PPQ", "Jitter:DDP", "MDVP:Shimmer", "MDVP:Shimmer(dB)", "Shimmer:APQ3", "Shimmer:APQ5",
            "MDVP:APQ", "Shimmer:DDA", "NHR", "HNR",
          ].map(TableColumn.number) + [.category("status", ["0", "1"])]
          + ["RPDE", "DFA", "spread1", "spread2", "D2", "PPE"].map(TableColumn.number),
        headerRows: 1, rowCount: 195,
        group: { item in
          item[field: "name"]?.text?.split(separator: "_").dropLast().last.map(String.init)
        })
    ])

  static let telemonitoring = UCITable(
    "uci-parkinsons-updrs", target: "total_UPDRS", group: "subject",
    files: [
      TableFile(
        name: "parkinsons_updrs.data",
        columns: [
          "subject#", "age", "sex", "test_time", "motor_UPDRS", "total_UPDRS", "Jitter(%)", "Jitter(Abs)",
          "Jitter:RAP", "Jitter:PPQ5", "Jitter:DDP", "Shimmer", "Shimmer(dB)", "Shimmer:APQ3", "Shimmer:APQ5",
          "Shimmer:APQ11", "Shimmer:DDA", "NHR", "HNR", "RPDE", "DFA", "PPE",
        ].map(TableColumn.number), headerRows: 1, rowCount: 5875,
        group: { $0[field: "subject#"]?.plain })
    ])

  /// The test table has other subjects and no UPDRS.
  static let speech: UCITable = {
    let features = [
      "Jitter (local)", "Jitter (local, absolute)", "Jitter (rap)", "Jitter (ppq5)", "Jitter (ddp)",
      "Shimmer (local)", "Shimmer (local, dB)", "Shimmer (apq3)", "Shimmer (apq5)", "Shimmer (apq11)",
      "Shimmer (dda)", "AC", "NTH", "HTN", "Median pitch", "Mean pitch", "Standard deviation",
      "Minimum pitch",
      "Maximum pitch", "Number of pulses", "Number of periods", "Mean period",
      "Standard deviation of period", "Fraction of locally unvoiced frames", "Number of voice breaks",
      "Degree of voice breaks",
    ]
    let subject: [TableColumn] = [.number("id")] + features.map(TableColumn.number)
    return UCITable(
      "uci-parkinson-speech", target: "class", classes: ["0", "1"], group: "subject",
      files: [
        TableFile(
          name: "train_data.txt", columns: subject + [.number("UPDRS"), .category("class", ["0", "1"])],
          split: .training, rowCount: 1040, group: { "training subject \($0[field: "id"]?.plain ?? "")" }),
        TableFile(
          name: "test_data.txt", columns: subject + [.category("class", ["0", "1"])], split: .test,
          rowCount: 168, group: { "test subject \($0[field: "id"]?.plain ?? "")" }),
      ])
  }()

  /// Two header rows: groups of features, then their names.
  static let classification = UCITable(
    "uci-pd-classification", target: "class", classes: ["0", "1"], group: "subject",
    files: [
      TableFile(
        name: "pd_speech_features.csv", headerRows: 2, rowCount: 756, group: { $0[field: "id"]?.plain })
    ])
}
