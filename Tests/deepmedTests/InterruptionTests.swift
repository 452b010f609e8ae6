import Foundation
import MedCheckpoint
import MedRecord
import MedTestSupport
import Testing

@Suite(.serialized) struct InterruptionTests {
  private func checkpoints(_ job: ToyJob, _ run: String) -> [String] {
    job.names(run + "/checkpoints").filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }
  }

  /// Waits until the run has a checkpoint that it did not have before.
  private func waitForCheckpoint(_ job: ToyJob, _ run: String, of running: RunningProgram) {
    let before = Set(checkpoints(job, run))
    while running.isRunning, Set(checkpoints(job, run)).subtracting(before).isEmpty { usleep(500) }
  }

  /// Names and bytes of all tensors of the newest checkpoint.
  private func weights(_ job: ToyJob, _ run: String) throws -> [String: [UInt8]] {
    let folder = try CheckpointFolder(path: job.path(run + "/checkpoints"))
    let newest = try #require(try folder.latest())
    #expect(newest.generation == 40)
    return Dictionary(uniqueKeysWithValues: newest.file.tensors.map { ($0.name, $0.withBytes { Array($0) }) })
  }

  @Test func killedRunsEndWithTheSameWeights() throws {
    let job = try ToyJob(iterations: 40, checkpointInterval: 3)
    expectSuccess(try job.train("whole"))

    // Killed twice, at whatever moment that is.
    for options in [[], ["--resume"]] {
      let running = try job.start("parts", options)
      waitForCheckpoint(job, "parts", of: running)
      running.send(SIGKILL)
      let outcome = try running.wait()
      #expect(outcome.wasKilled && outcome.status == SIGKILL, "\(outcome)")
    }
    let last = try job.train("parts", "--resume")
    expectSuccess(last)
    #expect(last.error.contains("going on after step"))
    #expect(try weights(job, "parts") == weights(job, "whole"))
    let record = try RunRecord(contentsOf: job.folder.file("parts/record.json"))
    #expect(record.isComplete && record.steps.map(\.iteration) == Array(1...40))
    #expect(!job.names("parts/checkpoints").contains { $0.hasPrefix(".") })

    // A finished run has nothing left to do, and says so.
    expectSuccess(try job.train("parts", "--resume"))
    // Another plan is another run.
    try job.editPlan("plan.json") { $0.optimization.learningRate *= 2 }
    expect(try job.train("parts", "--resume"), fails: 64, saying: "another plan")
  }

  @Test(arguments: [SIGINT, SIGTERM]) func interruptedRunsSayHowToGoOn(_ signal: Int32) throws {
    let job = try ToyJob(iterations: 2000, checkpointInterval: 1)
    let running = try job.start("run")
    waitForCheckpoint(job, "run", of: running)
    running.send(signal)
    let outcome = try running.wait()
    expect(
      outcome, fails: 1, saying: "stopped after step",
      "deepmed train \(job.path("plan.json")) -o \(job.path("run")) --resume")
    let folder = try CheckpointFolder(path: job.path("run/checkpoints"))
    let newest = try #require(try folder.latest())
    #expect(outcome.error.contains("stopped after step \(newest.generation);"))
  }

  /// Without space a run ends with a message, and what was there stays.
  @Test func fullDisk() throws {
    let job = try ToyJob(iterations: 4)
    let outcome = try deepmed(
      onDiskOf: 16, "train", job.path("plan.json"), "-o", job.path("run"), "--threads", "2")
    expect(outcome, fails: 1, saying: job.path("run"))
    #expect(checkpoints(job, "run").isEmpty)
    #expect(!job.names("run/checkpoints").contains { $0.hasPrefix(".") })
    expectSuccess(try job.train("run", "--resume"))
  }
}
