import DeepMedicine
import Foundation

/// The code of the guide to evaluation and reports.
enum EvaluationExamples {
  static func run(in folder: URL) throws {
    let truth = SampleData.labels
    var predicted = truth
    predicted.voxels = truth.voxels.padded(before: [1, 0, 0], after: .zero)
      .cropped(to: GridBox(size: truth.size))  // one voxel, 2 mm, to the side
    try score(predicted, truth)
    try report(SampleData.scan(), predicted, truth, in: folder)
  }

  static func score(_ predicted: LabelMap, _ truth: LabelMap) throws {
    let measures = SegmentationMeasures(percentile: 95, toleranceInMillimeters: 2)
    let scores = try measures.scores(
      of: predicted.voxels, against: truth.voxels, spacing: truth.affine.spacing, labels: [1, 2, 3])
    for score in scores {
      print(score.label, score.dice, score.hausdorffPercentile, score.surfaceDice)
    }  // class 3 is in neither map: its scores are NaN

    let summary = EvaluationSummary(of: [scores], measures: [.dice], from: RandomStream(seed: 0))
    print(summary.overall[.dice]?.mean ?? .nan, summary.missedCount)
  }

  static func scoreFolders(_ predictions: URL, _ truth: URL) throws {
    let pairs = try LabelMapPairs(predictions: predictions, truth: truth)
    let evaluation = Evaluation(classNames: ["background", "grey", "white"], toleranceInMillimeters: 1)
    let record = try evaluation(pairs.pairs)
    try record.write(to: predictions.appending(path: EvaluationRecord.fileName))
  }

  static func report(
    _ scan: ScalarImage, _ predicted: LabelMap, _ truth: LabelMap, in folder: URL
  ) throws {
    let files = ["predicted", "truth"].map { folder.appending(path: "\($0).nii.gz") }
    try predicted.write(to: files[0])
    try truth.write(to: files[1])
    let pairs = try LabelMapPairs(predictions: files[0], truth: files[1])
    let record = try Evaluation(classNames: ["background", "grey", "white"])(pairs.pairs)

    let pictures = try CasePictures().pictures(of: scan, predicted: predicted, truth: truth)
    let section = Report.Section(
      title: "examples", evaluation: record, pictures: [record.cases[0].id: pictures])
    let report = Report(
      title: "A shifted ball", notes: ["Not a scan."], plan: nil, run: nil, sections: [section])
    try report.write(to: folder.appending(path: "report.html"))
  }
}
