public import ArgumentParser
internal import Foundation
internal import MedRecord
internal import MedReport
internal import MedStudy
internal import MedVoxel

extension Deepmed {
  /// Scores label maps against the truth.
  public struct Evaluate: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Score label maps: Dice, IoU, Hausdorff, surface distances and Dice, volumes.",
      discussion: """
        Maps are matched by file name. The scores are written into the prediction's folder (evaluation.json), \
        where `deepmed report` finds them. A class that one map misses has an infinite distance: it is counted, \
        never left out.
        """)

    @Argument(
      help: "The folder with predicted label maps, or one map.", completion: .file(), transform: filePath)
    public var predictions: String?

    @Argument(help: "The folder with true label maps, or one map.", completion: .file(), transform: filePath)
    public var truth: String?

    @Option(help: "Write the scores as JSON.", completion: .file(extensions: ["json"]), transform: filePath)
    public var json: String?

    @Option(help: "Write the scores as a table.", completion: .file(extensions: ["csv"]), transform: filePath)
    public var csv: String?

    @Option(help: "Of the surface Dice, in millimetres.")
    public var tolerance = 1.0

    @Option(help: "Class names, background first: background,grey,white. Known for predictions of a run.")
    public var classes: String?

    @Option(
      name: .customLong("truth-labels"), parsing: .upToNextOption,
      help:
        "What makes up a class in the truth, such as 1=3,42,1000-2999 2=2,41; all other values are background."
    )
    public var truthLabels: [LabelSelection] = []

    @Option(help: "Of the bootstrap intervals.")
    public var seed: UInt64 = 0

    @Option(
      help: "Print only the mean foreground Dice of an evaluation that exists.",
      completion: .file(extensions: ["json"]), transform: filePath)
    public var summary: String?

    public init() {}

    public func validate() throws {
      if summary == nil, predictions == nil || truth == nil {
        throw ValidationError("name the folders of predicted and of true label maps")
      }
      if !(tolerance > 0 && tolerance.isFinite) {
        throw ValidationError("--tolerance needs positive millimetres, found \(tolerance)")
      }
    }

    public func run() async throws {
      if let summary {
        let record = try EvaluationRecord(contentsOf: URL(filePath: summary))
        print(record.meanForegroundDice.map { String(format: "%.4f", $0) } ?? "undefined")
        return
      }
      let folder = URL(filePath: predictions ?? "")
      let pairs = try LabelMapPairs(predictions: folder, truth: URL(filePath: truth ?? ""))
      let evaluation = Evaluation(
        classNames: try classNames(folder), toleranceInMillimeters: tolerance, seed: seed,
        truthClasses: truthLabels.isEmpty ? nil : LabelSelection.table(truthLabels))
      let progress = ProgressLine("scoring", total: pairs.pairs.count)
      let record = try evaluation(pairs.pairs) { progress.update($0) }
      progress.finish()
      try write(record, beside: folder)
      show(record)
    }

    /// Those given, or those of the prediction's record.
    private func classNames(_ folder: URL) throws -> [String]? {
      if let classes { return classes.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
      let file = folder.appending(path: PredictionRecord.fileName)
      guard FileManager.default.fileExists(atPath: file.path) else { return nil }
      return try PredictionRecord(contentsOf: file).classNames
    }

    private func write(_ record: EvaluationRecord, beside predictions: URL) throws {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: predictions.path, isDirectory: &isFolder), isFolder.boolValue
      {
        try record.write(to: predictions.appending(path: EvaluationRecord.fileName))
      }
      if let json { try record.write(to: URL(filePath: json)) }
      if let csv { try AtomicFile<RecordError>.write(record.csv.utf8, to: URL(filePath: csv)) }
    }

    private func show(_ record: EvaluationRecord) {
      for summary in record.summaries where Evaluation.mainMetrics.contains(summary.metric) {
        let name = record.classNames[summary.classNumber]
        let mean = summary.mean.map { String(format: "%.3f", $0) } ?? "–"
        let interval = summary.interval.map { String(format: " (%.3f – %.3f)", $0[0], $0[1]) } ?? ""
        let missed = summary.missed > 0 ? ", missed in \(summary.missed)" : ""
        print("\(name): \(summary.metric) \(mean)\(interval) over \(summary.count) cases\(missed)")
      }
      print(
        "mean foreground dice: \(record.meanForegroundDice.map { String(format: "%.4f", $0) } ?? "undefined")"
      )
    }
  }
}
