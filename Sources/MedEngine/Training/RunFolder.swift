internal import Foundation
internal import MedCheckpoint
internal import MedRecord
internal import MedVoxel

/// The files of a training run.
struct RunFolder {
  let url: URL
  let checkpoints: CheckpointFolder

  var plan: URL { url.appending(path: "plan.json") }
  var record: URL { url.appending(path: "record.json") }

  /// A run that exists, for prediction and reports.
  init(_ url: URL) throws {
    self.url = url
    guard FileManager.default.fileExists(atPath: url.appending(path: "plan.json").path) else {
      throw EngineError(
        "this is not a run's folder: it has no plan.json", at: url.path,
        remedy: "name the folder that `deepmed train -o` wrote")
    }
    checkpoints = try CheckpointFolder(path: url.appending(path: "checkpoints").path)
  }

  /// A run that begins or goes on. The folder is made, so that an unwritable place shows early; it becomes a run with
  /// `begin`, before its first checkpoint.
  init(_ url: URL, plan: Plan, resumes: Bool) throws {
    self.url = url
    let planFile = url.appending(path: "plan.json")
    let exists = FileManager.default.fileExists(atPath: planFile.path)
    if exists {
      guard resumes else {
        throw EngineError(
          "the folder holds a run already", at: url.path,
          remedy: "add --resume to go on with it, or choose another folder", cause: .usage)
      }
      let previous = try Plan(contentsOf: planFile)
      guard previous == plan else {
        throw EngineError(
          "the run was begun with another plan", at: planFile.path,
          remedy: "resume with that plan, or choose another folder", cause: .usage)
      }
    }
    checkpoints = try CheckpointFolder(path: url.appending(path: "checkpoints").path)
  }

  /// Makes the folder that of a run.
  func begin(_ plan: Plan) throws {
    guard !FileManager.default.fileExists(atPath: self.plan.path) else { return }
    try plan.write(to: self.plan)
  }

  /// Takes away what `init` made where nothing was put into it.
  func removeIfEmpty() {
    rmdir(checkpoints.path)
    rmdir(url.path)
  }
}
