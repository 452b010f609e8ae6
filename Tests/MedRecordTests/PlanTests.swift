import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedRecord

let examplePlan = Plan(
  dataset: "/data/toy", name: "toy", channelNames: ["T1"], classNames: ["background", "grey"],
  training: ["a", "b"], validation: ["c"],
  fingerprint: Fingerprint(
    cases: [.init(id: "a", size: [10, 20, 30], spacing: [1, 1, 2], classVoxels: [5900, 100])],
    channels: [
      .init(name: "T1", mean: 1, deviation: 2, percentile00_5: -1, percentile99_5: 4, zeroShare: 0.5)
    ]),
  preprocessing: .init(
    orientation: .ras, spacing: [1, 1, 2], normalization: [.standardize(nonzero: true)],
    cropsToNonzero: true),
  network: .unet(channels: [16, 32], strides: [2], residualUnits: 2),
  sampling: .init(patchSize: [16, 16, 16], batchSize: 2, foregroundShare: 0.5),
  augmentation: .init(strength: .light, mirroredAxes: [0]),
  optimization: .init(
    iterations: 10, warmUpIterations: 1, optimizer: .adamW, learningRate: 1e-3, weightDecay: 1e-5,
    schedule: .polynomial(power: 0.9), gradientNorm: 12, averagingDecay: nil, precision: .float32, seed: 7,
    validationInterval: 5, checkpointInterval: 5),
  inference: .init(overlap: 0.5, batchSize: 1, mirroredAxes: []), reasons: ["because"])

struct PlanTests {
  @Test func comesBackFromItsFile() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "plan.json")
    try examplePlan.write(to: url)
    #expect(try Plan(contentsOf: url) == examplePlan)
  }

  @Test func namesTheKeyThatIsWrong() throws {
    let folder = try TemporaryFolder()
    let text = String(decoding: try examplePlan.json(), as: UTF8.self)
    try folder.write("plan.json", text.replacing("\"batchSize\" : 2", with: "\"batchSize\" : \"two\""))
    let error = #expect(throws: RecordError.self) {
      try Plan(contentsOf: folder.url.appending(path: "plan.json"))
    }
    #expect(error?.description.contains("batchSize") == true)
    #expect(error?.description.contains("plan.json") == true)
  }

  @Test func refusesNewerFormats() throws {
    let folder = try TemporaryFolder()
    let text = String(decoding: try examplePlan.json(), as: UTF8.self)
    try folder.write("plan.json", text.replacing("\"version\" : 1", with: "\"version\" : 99"))
    let error = #expect(throws: RecordError.self) {
      try Plan(contentsOf: folder.url.appending(path: "plan.json"))
    }
    #expect(error?.description.contains("99") == true)
  }

  @Test func recordsKeepInfinity() throws {
    let score = EvaluationRecord.Score(
      classNumber: 1, dice: 0, iou: 0, hausdorff: .infinity, hausdorff95: .infinity,
      averageSurfaceDistance: .infinity, surfaceDice: 0, predictedVolume: 0, trueVolume: 3)
    let data = try JSONEncoder.records.encode(score)
    #expect(try JSONDecoder.records.decode(EvaluationRecord.Score.self, from: data) == score)
    #expect(score.volumeDifference == -3)
  }

  @Test func mediansAreTheMiddle() {
    #expect(median([3, 1, 2]) == 2)
    #expect(median([4, 1, 2, 3]) == 2.5)
    #expect(median([]).isNaN)
  }
}
