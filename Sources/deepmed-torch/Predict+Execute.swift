import DeepmedCommands
import Foundation
import MedEngine
import MedRecord
import MedTensor
import MedVoxel

extension Deepmed.Predict {
  func execute() throws {
    let prediction = try Prediction(
      run: URL(filePath: run), averaged: averaged, device: Device(named: compute.device),
      threads: compute.threads ?? Parallel.processorCount)
    let cases = try ScanList.cases(scans, channels: prediction.plan.channelNames.count)
    let progress = ProgressLine("scan", total: cases.count)
    let record = try prediction(cases, to: URL(filePath: output)) { done, _ in progress.update(done) }
    progress.finish()
    let ids = Set(cases.map(\.id))
    for scan in record.scans where ids.contains(scan.id) { print("wrote \(scan.output)") }
    let failures = (record.failures ?? []).filter { ids.contains($0.id) }
    guard failures.isEmpty else { throw failure(failures, of: cases.count) }
  }

  /// Every scan's problems in one error.
  private func failure(_ failures: [PredictionRecord.Failure], of count: Int) -> EngineError {
    let cause: FailureCause = failures.allSatisfy { $0.cause == .environment } ? .environment : .data
    let problems = failures.flatMap(\.problems)
    guard count > 1 else { return EngineError(problems, cause: cause) }
    let summary = Problem("\(failures.count) of \(count) scans could not be segmented", at: output)
    return EngineError([summary] + problems, cause: cause)
  }
}
