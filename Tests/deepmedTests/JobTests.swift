import Foundation
import MedImage
import MedRecord
import MedTestSupport
import MedVoxel
import Testing

/// The way of the data, from scans to a report.
@Suite(.serialized) struct JobTests {
  @Test func fromScansToReport() throws {
    let job = try ToyJob(iterations: 30)
    let training = try job.train("run")
    expectSuccess(training)
    #expect(training.error.contains("validation Dice after step 30"))
    #expect(job.names("run") == ["checkpoints", "plan.json", "record.json"])

    let scans = job.dataset.folder.file("imagesTs").path
    expectSuccess(try job.predict("run", scans, to: "out"))
    #expect(job.names("out") == ["case_3.nii.gz", "case_4.nii.gz", "prediction.json"])
    let map = try LabelMap(contentsOf: job.folder.file("out/case_3.nii.gz"))
    #expect(map.grid.difference(from: Grid(size: ToyDataset.size, affine: ToyDataset.affine)) == nil)

    // A run's folder and outputs are never written over.
    let before = try Data(contentsOf: job.folder.file("out/case_3.nii.gz"))
    expect(try job.train("run"), fails: 64, saying: "--resume", job.path("run"))
    expect(
      try job.predict("run", scans, to: "out"), fails: 64, saying: job.path("out/case_3.nii.gz"),
      job.path("out/case_4.nii.gz"), "exists")
    #expect(try Data(contentsOf: job.folder.file("out/case_3.nii.gz")) == before)
    #expect(job.names("out") == ["case_3.nii.gz", "case_4.nii.gz", "prediction.json"])

    expect(
      try deepmed("report", job.path("run"), job.path("out"), "-o", job.path("early.html")), fails: 65,
      saying: "not scored", "deepmed evaluate")
    let scoring = try deepmed(
      "evaluate", job.path("out"), job.dataset.folder.file("labelsTs").path, "--json",
      job.path("scores.json"),
      "--csv", job.path("scores.csv"))
    expectSuccess(scoring)
    let scores = try EvaluationRecord(contentsOf: job.folder.file("scores.json"))
    let mean = try #require(scores.meanForegroundDice)
    #expect(mean > 0.5)
    #expect(scoring.output.contains("mean foreground dice: \(String(format: "%.4f", mean))"))
    #expect(scores.classNames == ["background", "ball", "core"])
    let table = try String(contentsOf: job.folder.file("scores.csv"), encoding: .utf8)
    #expect(table.contains("case_3") && table.contains("case_4") && table.contains("core"))
    let summary = try deepmed("evaluate", "--summary", job.path("scores.json"))
    #expect(summary.output == String(format: "%.4f\n", mean))

    expectSuccess(
      try deepmed(
        "report", job.path("run"), job.path("out"), "-o", job.path("report.html"), "--section", "Toys",
        "--note",
        "Balls <are> easy."))
    let page = try String(contentsOf: job.folder.file("report.html"), encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("</html>"))
    #expect(page.contains("Toys") && page.contains("Balls &lt;are&gt; easy.") && page.contains("<svg"))
    #expect(page.contains("data:image/png;base64,"))
    // Self-contained: whatever the page loads lies in it.
    for match in page.matches(of: /(?:src|href)\s*=\s*"([^"]*)"/) {
      #expect(match.1.hasPrefix("data:") || match.1.hasPrefix("#"), "\(match.1)")
    }
    #expect(!page.contains("@import") && !page.contains("url("))
  }

  @Test func scansSmallerThanThePatch() throws {
    let job = try ToyJob(iterations: 2)
    expectSuccess(try job.train("run"))
    let small = ToyDataset.scan(7).image
    var voxels = VoxelBuffer<Float>(size: [9, 7, 5])
    for k in 0..<5 { for j in 0..<7 { for i in 0..<9 { voxels[0, i, j, k] = small.voxels[0, i, j, k] } } }
    let scan = ScalarImage(voxels: voxels, affine: small.affine)
    try scan.write(to: job.folder.file("small.nii"))
    expectSuccess(try job.predict("run", job.path("small.nii"), to: "out"))
    let map = try LabelMap(contentsOf: job.folder.file("out/small.nii.gz"))
    #expect(map.grid.difference(from: scan.grid) == nil)

    // Scans that can't be segmented leave nothing behind.
    let bytes = try Data(contentsOf: URL(filePath: job.scan))
    try bytes.prefix(bytes.count / 2).write(to: job.folder.file("short.nii.gz"))
    expect(
      try job.predict("run", job.path("short.nii.gz"), to: "bad"), fails: 65, saying: job.path("short.nii.gz")
    )
    voxels[0, 4, 3, 2] = .nan
    try ScalarImage(voxels: voxels, affine: small.affine).write(to: job.folder.file("nan.nii"))
    expect(
      try job.predict("run", job.path("nan.nii"), to: "bad"), fails: 65, saying: job.path("nan.nii"),
      "(4, 3, 2)",
      "nan")
    expect(
      try job.predict("run", job.path("absent.nii"), job.path("gone.nii"), to: "bad"), fails: 65,
      saying: job.path("absent.nii"), job.path("gone.nii"))
    #expect(!FileManager.default.fileExists(atPath: job.path("bad")))

    // One bad scan does not keep the others from it.
    let mixed = try job.predict("run", job.path("short.nii.gz"), job.scan, job.path("nan.nii"), to: "mixed")
    expect(
      mixed, fails: 65, saying: "2 of 3 scans", job.path("short.nii.gz"), job.path("nan.nii"), "(4, 3, 2)")
    #expect(mixed.output == "wrote \(job.path("mixed/case_3.nii.gz"))\n")
    #expect(job.names("mixed") == ["case_3.nii.gz", "prediction.json"])
    var record = try PredictionRecord(contentsOf: job.folder.file("mixed/prediction.json"))
    #expect(record.scans.map(\.id) == ["case_3"] && record.failures?.map(\.id) == ["short", "nan"])
    #expect(record.failures?.first?.problems.isEmpty == false)

    // A later prediction into the folder adds to its record.
    try scan.write(to: job.folder.file("nan.nii"))
    expectSuccess(try job.predict("run", job.path("nan.nii"), to: "mixed"))
    record = try PredictionRecord(contentsOf: job.folder.file("mixed/prediction.json"))
    #expect(record.scans.map(\.id) == ["case_3", "nan"] && record.failures?.map(\.id) == ["short"])
    record.run += "-other"
    try record.write(to: job.folder.file("mixed/prediction.json"))
    expect(
      try job.predict("run", job.path("small.nii"), to: "mixed"), fails: 64, saying: job.path("mixed"),
      "other")

    // An output folder below a file can't be made.
    expect(try job.predict("run", job.scan, to: "small.nii/out"), fails: 1, saying: job.path("small.nii/out"))

    // A checkpoint of another network.
    try job.editPlan("run/plan.json") {
      $0.network = .unet(channels: [4, 8, 16], strides: [2, 2], residualUnits: 1)
    }
    let outcome = try job.predict("run", job.scan, to: "bad")
    expect(outcome, fails: 65, saying: "the checkpoint lacks this tensor", "model.", "weight")
    #expect(outcome.error.split(separator: "\n").count > 5)
    #expect(!FileManager.default.fileExists(atPath: job.path("bad")))
  }
}
