import DeepmedCommands
import Foundation
import MedEngine
import MedRecord
import MedTensor
import MedVoxel

extension Deepmed.Train {
  func execute() throws {
    let plan = try Plan(contentsOf: URL(filePath: self.plan))
    let run = try TrainingRun(
      plan: plan, folder: URL(filePath: output), resumes: resume, device: Device(named: compute.device),
      threads: compute.threads ?? Parallel.processorCount)
    let interrupt = Interrupt()
    let display = TrainingDisplay(plan)
    let outcome = try run(tell: display.show, shouldStop: { interrupt.wasAsked })
    display.finish()
    switch outcome {
    case .finished: print("trained \(plan.optimization.iterations) steps; the run is in \(output)")
    case .interrupted(let iteration):
      throw EngineError(
        "stopped after step \(iteration); a checkpoint was written", at: output,
        remedy: "go on with: deepmed train \(self.plan) -o \(output) --resume", cause: .environment)
    }
  }
}

/// Turns the events of a run into lines.
final class TrainingDisplay: @unchecked Sendable {
  // SAFETY: `progress` is replaced under the lock, and a progress line has its own.
  private let lock = NSLock()
  private let plan: Plan
  private var progress: ProgressLine?
  private var loading: ProgressLine?
  private var smoothed: Double?

  init(_ plan: Plan) { self.plan = plan }

  func show(_ event: TrainingEvent) {
    lock.lock()
    defer { lock.unlock() }
    switch event {
    case .prepared(let cases, let total):
      if loading == nil { loading = ProgressLine("preparing cases", total: total) }
      loading?.update(cases)
    case .started(let record, let first, let iterations):
      loading?.finish()
      let line = ProgressLine("step", total: iterations, first: first)
      if first > 0 { line.note("going on after step \(first)") }
      line.note("\(record.parameters) parameters, seed \(record.seed), \(record.environment.threads) threads")
      progress = line
    case .step(let step):
      smoothed = (smoothed ?? step.loss) * 0.95 + step.loss * 0.05
      progress?.update(step.iteration, String(format: "loss %.3f", smoothed ?? step.loss))
    case .validated(let validation):
      let parts = validation.dice.enumerated().map { index, dice in
        "\(plan.classNames[index + 1]) \(dice.map { String(format: "%.3f", $0) } ?? "–")"
      }
      progress?.note("validation Dice after step \(validation.iteration): \(parts.joined(separator: ", "))")
    case .saved: break
    }
  }

  func finish() { progress?.finish() }
}
