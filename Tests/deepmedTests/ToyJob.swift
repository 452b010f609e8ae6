import Foundation
import MedRecord
import MedTestSupport
import Testing

/// The toy data set with a plan that `deepmed plan` wrote and a user shortened.
struct ToyJob {
  let dataset: ToyDataset
  let folder: TemporaryFolder

  init(iterations: Int, checkpointInterval: Int = 100) throws {
    dataset = try ToyDataset(count: 3)
    folder = try TemporaryFolder()
    expectSuccess(
      try deepmed(
        "plan", dataset.url.path, "-o", path("plan.json"), "--spacing", "1.5,1.5,2", "--patch-size",
        "16,16,16",
        "--batch-size", "1", "--iterations", "\(iterations)", "--learning-rate", "0.01", "--seed", "3",
        "--validation-share", "0.34"))
    try editPlan("plan.json") { plan in
      plan.network = .unet(channels: [4, 8], strides: [2], residualUnits: 1)
      plan.optimization.checkpointInterval = checkpointInterval
    }
  }

  func path(_ name: String) -> String { folder.file(name).path }

  /// The file of the first test scan.
  var scan: String { dataset.folder.file("imagesTs/case_3.nii.gz").path }

  func editPlan(_ name: String, _ body: (inout Plan) -> Void) throws {
    var plan = try Plan(contentsOf: folder.file(name))
    body(&plan)
    try plan.write(to: folder.file(name))
  }

  @discardableResult func train(_ run: String, _ options: String...) throws -> Outcome {
    try start(run, options).wait()
  }

  func start(_ run: String, _ options: [String] = []) throws -> RunningProgram {
    try RunningProgram(
      program("deepmed"), ["train", path("plan.json"), "-o", path(run), "--threads", "2"] + options)
  }

  func predict(_ run: String, _ scans: String..., to output: String) throws -> Outcome {
    try RunningProgram(
      program("deepmed"), ["predict", path(run)] + scans + ["-o", path(output), "--threads", "2"]
    ).wait()
  }

  /// The names of what lies in a folder, hidden files too; nothing where there is no folder.
  func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
  }
}
