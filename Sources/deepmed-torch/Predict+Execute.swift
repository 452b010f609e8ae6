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
    for scan in record.scans { print("wrote \(scan.output)") }
  }
}
