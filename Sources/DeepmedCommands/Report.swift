public import ArgumentParser
internal import Foundation
internal import MedRecord
internal import MedReport
internal import MedVoxel

extension Deepmed {
  /// Writes one self-contained HTML page about a run and its predictions.
  public struct Report: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Write one HTML page: curves, scores, the worst cases first, slices with labels.",
      discussion: "Predictions are shown once `deepmed evaluate` has scored them.")

    @Argument(
      help: "The run's folder, then the folders of its predictions.", completion: .directory,
      transform: filePath)
    public var folders: [String]

    @Option(
      name: [.short, .long], help: "The page to write.", completion: .file(extensions: ["html"]),
      transform: filePath)
    public var output: String

    @Option(help: "The page's title; the data set's name by default.")
    public var title: String?

    @Option(parsing: .singleValue, help: "A name for each prediction, in their order.")
    public var section: [String] = []

    @Option(parsing: .singleValue, help: "What readers must know before they believe the numbers.")
    public var note: [String] = []

    @Option(help: "Cases with pictures in each section, worst first.")
    public var pictures = 6

    public init() {}

    public func validate() throws {
      if folders.isEmpty { throw ValidationError("name the run's folder") }
      if section.count > folders.count - 1 {
        throw ValidationError(
          "--section is given \(section.count) times for \(folders.count - 1) predictions")
      }
      if pictures < 0 { throw ValidationError("--pictures can't be negative, found \(pictures)") }
    }

    public func run() async throws {
      let run = URL(filePath: folders[0])
      let plan = try MedRecord.Plan(contentsOf: run.appending(path: "plan.json"))
      let record = try RunRecord(contentsOf: run.appending(path: "record.json"))
      var sections: [MedReport.Report.Section] = []
      for (index, path) in folders.dropFirst().enumerated() {
        let name = index < section.count ? section[index] : URL(filePath: path).lastPathComponent
        sections.append(try makeSection(URL(filePath: path), name))
      }
      let report = MedReport.Report(
        title: title ?? plan.name, notes: note, plan: plan, run: record, sections: sections)
      try report.write(to: URL(filePath: output))
      print("wrote \(output)")
    }

    private func makeSection(_ folder: URL, _ name: String) throws -> MedReport.Report.Section {
      let evaluation = folder.appending(path: EvaluationRecord.fileName)
      guard FileManager.default.fileExists(atPath: evaluation.path) else {
        throw RecordError(
          "these predictions are not scored yet", at: folder.path,
          remedy: "first: deepmed evaluate \(folder.path) TRUTH")
      }
      let record = try EvaluationRecord(contentsOf: evaluation)
      let scans = try? PredictionRecord(contentsOf: folder.appending(path: PredictionRecord.fileName)).scans
      let images = Dictionary(
        (scans ?? []).map { ($0.id, $0.images) }, uniquingKeysWith: { first, _ in first })
      var shown = MedReport.Report.Section(title: name, evaluation: record, pictures: [:])
      for item in shown.casesWorstFirst.prefix(pictures) {
        shown.pictures[item.id] = try CasePictures().pictures(of: item, images: images[item.id] ?? [])
      }
      return shown
    }
  }
}
