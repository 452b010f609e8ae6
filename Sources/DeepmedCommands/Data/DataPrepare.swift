public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed.DataCommand {
  /// Writes a data set in a form that training reads.
  public struct Prepare: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Write a data set in the form that training reads.",
      discussion: """
        Images become a folder as the Medical Segmentation Decathlon has it, ready for deepmed plan; tables become CSV, \
        texts JSON lines. The owners' split is kept; where there is none, groups such as patients are drawn for \
        testing, and none stands on both sides. split.json says which case went where. The source is not changed.
        """)

    @OptionGroup public var source: Source

    @Option(name: [.short, .long], help: "The folder to make.", completion: .directory, transform: filePath)
    public var output: String

    @Option(help: "The share of cases for testing where the owners have no split.")
    public var testShare = 0.2

    @Option(help: "What is drawn follows from it.")
    public var seed: UInt64 = 0

    public init() {}

    public func validate() throws {
      if !(testShare >= 0 && testShare < 1) {
        throw ValidationError("--test-share needs a number from 0 to below 1, found \(testShare)")
      }
    }

    public func run() throws {
      let dataset = try source.open()
      let line = ProgressLine("writing cases", total: dataset.cases.count)
      let report = try Preparation(testShare: testShare, seed: seed).write(
        dataset, to: URL(fileURLWithPath: output)
      ) { done, _ in line.update(done) }
      for (id, reason) in report.leftOut.sorted(by: { $0.key < $1.key }) {
        FileHandle.standardError.write(Data("note: \(id) was left out: \(reason)\n".utf8))
      }
      print(
        "\(output): \(report.training.count) cases for training, \(report.test.count) for testing, "
          + (report.officialSplit
            ? "as the owners split them" : "split by \(dataset.form.group), seed \(seed)"))
    }
  }
}
