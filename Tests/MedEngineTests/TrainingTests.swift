import Foundation
import MedCheckpoint
import MedImage
import MedRecord
import MedStudy
import MedTensor
import MedTestSupport
import MedVoxel
import Testing

@testable import MedEngine

/// A network that learns the toy data in seconds.
private func toyPlan(_ dataset: ToyDataset, iterations: Int, averaging: Double? = nil) throws -> Plan {
  let folder = try DatasetFolder(contentsOf: dataset.url)
  var wishes = Planner.Wishes()
  wishes.iterations = iterations
  wishes.spacing = [1.5, 1.5, 2]
  wishes.patchSize = [16, 16, 16]
  wishes.learningRate = 1e-2
  wishes.validationShare = 0.25
  wishes.seed = 3
  var plan = try Planner(wishes: wishes).plan(for: folder, fingerprint: try Fingerprint(of: folder))
  plan.network = .unet(channels: [8, 16], strides: [2], residualUnits: 1)
  plan.optimization.averagingDecay = averaging
  plan.optimization.checkpointInterval = 4
  plan.optimization.validationInterval = 100
  return plan
}

private func train(
  _ plan: Plan, _ folder: URL, resumes: Bool = false, stoppingAfter steps: Int = .max
) throws -> TrainingOutcome {
  var done = 0
  return try TrainingRun(plan: plan, folder: folder, resumes: resumes, threads: 2)(
    tell: { _ in },
    shouldStop: {
      done += 1
      return done >= steps
    })
}

private func weights(_ folder: URL) throws -> [String: [UInt8]] {
  let checkpoints = try CheckpointFolder(path: folder.appending(path: "checkpoints").path)
  let file = try #require(try checkpoints.latest()).file
  return Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.withBytes { Array($0) }) })
}

/// Tests of training run one after the other: each takes all processors, and the number of threads is libtorch's own.
@Suite(.serialized) struct TrainingTests {
  @Test func resumedRunsEndWithTheSameWeightsBitForBit() throws {
    let dataset = try ToyDataset(count: 4)
    let plan = try toyPlan(dataset, iterations: 10, averaging: 0.9)
    let folder = try TemporaryFolder()
    _ = try train(plan, folder.file("whole"))
    guard case .interrupted(let iteration) = try train(plan, folder.file("parts"), stoppingAfter: 6) else {
      Issue.record("the run did not stop")
      return
    }
    #expect(iteration == 6)
    _ = try train(plan, folder.file("parts"), resumes: true)
    #expect(try weights(folder.file("whole")) == weights(folder.file("parts")))
    let record = try RunRecord(contentsOf: folder.file("parts").appending(path: "record.json"))
    #expect(record.steps.map(\.iteration) == Array(1...10))
    #expect(record.resumptions == 1)
    #expect(record.isComplete)
  }

  /// A run that dies without a word goes on from its last checkpoint, whatever half-written files it left.
  @Test func goesOnAfterDamage() throws {
    let dataset = try ToyDataset(count: 4)
    let plan = try toyPlan(dataset, iterations: 10)
    let folder = try TemporaryFolder()
    _ = try train(plan, folder.file("whole"))
    _ = try train(plan, folder.file("parts"), stoppingAfter: 8)
    // As if the process had been killed while it wrote the checkpoint of step 8.
    let checkpoints = try CheckpointFolder(path: folder.file("parts").appending(path: "checkpoints").path)
    let newest = try #require(checkpoints.generations.last)
    let data = try Data(contentsOf: URL(filePath: checkpoints.file(of: newest)))
    try data.prefix(data.count / 2).write(to: URL(filePath: checkpoints.file(of: newest)))
    _ = try train(plan, folder.file("parts"), resumes: true)
    #expect(try weights(folder.file("whole")) == weights(folder.file("parts")))
  }

  @Test func learnsAndPredictsInTheScansOwnGeometry() throws {
    let dataset = try ToyDataset(count: 6)
    let plan = try toyPlan(dataset, iterations: 50)
    let folder = try TemporaryFolder()
    _ = try train(plan, folder.file("run"))
    let prediction = try Prediction(run: folder.file("run"), threads: 2)
    let scans = try ScanList.cases([dataset.folder.file("imagesTs").path], channels: 1)
    #expect(scans.map(\.id) == ["case_6", "case_7"])
    let record = try prediction(scans, to: folder.file("out"))
    #expect(record.scans.count == 2)
    let pairs = try LabelMapPairs(predictions: folder.file("out"), truth: dataset.folder.file("labelsTs"))
    let evaluation = try Evaluation(classNames: plan.classNames)(pairs.pairs)
    let dice = try #require(evaluation.meanForegroundDice)
    #expect(dice > 0.8)
    let written = try LabelMap(contentsOf: folder.file("out/case_6.nii.gz"))
    #expect(written.grid.difference(from: Grid(size: ToyDataset.size, affine: ToyDataset.affine)) == nil)
    // What exists is never written over.
    #expect(throws: EngineError.self) { try prediction(scans, to: folder.file("out")) }
  }

  @Test func refusesAnotherPlanOrAnOccupiedFolder() throws {
    let dataset = try ToyDataset(count: 4)
    let plan = try toyPlan(dataset, iterations: 2)
    let folder = try TemporaryFolder()
    _ = try train(plan, folder.file("run"))
    #expect(throws: EngineError.self) { try train(plan, folder.file("run")) }
    var other = plan
    other.optimization.learningRate *= 2
    #expect(throws: EngineError.self) { try train(other, folder.file("run"), resumes: true) }
  }

  @Test func refusesCheckpointsOfAnotherNetwork() throws {
    let dataset = try ToyDataset(count: 4)
    var plan = try toyPlan(dataset, iterations: 2)
    let folder = try TemporaryFolder()
    _ = try train(plan, folder.file("run"))
    plan.network = .unet(channels: [4, 8], strides: [2], residualUnits: 1)
    try plan.write(to: folder.file("run").appending(path: "plan.json"))
    let error = #expect(throws: TensorError.self) { try Prediction(run: folder.file("run"), threads: 2) }
    #expect(error?.problems.count ?? 0 > 3)
  }

  @Test(arguments: [
    NetworkPlan.segResNet(initialFilters: 8, blocksDown: [1, 1], blocksUp: [1]),
    .dynUNet(
      filters: [8, 16, 16], strides: [[1, 1, 1], [2, 2, 2], [2, 2, 2]], kernels: [[3, 3, 3], [3, 3, 3], [3, 3, 3]],
      deepSupervision: 1),
    .medicalNet(depth: 10),
  ])
  func trainsEveryNetwork(_ network: NetworkPlan) throws {
    let dataset = try ToyDataset(count: 4)
    var plan = try toyPlan(dataset, iterations: 2)
    plan.network = network
    let folder = try TemporaryFolder()
    _ = try train(plan, folder.file("run"))
    let prediction = try Prediction(run: folder.file("run"), threads: 2)
    let scans = try ScanList.cases([dataset.folder.file("imagesTs/case_4.nii.gz").path], channels: 1)
    #expect(try prediction(scans, to: folder.file("out")).scans.count == 1)
  }

  @Test func leavesNoTensorsBehind() throws {
    let dataset = try ToyDataset(count: 4)
    let plan = try toyPlan(dataset, iterations: 2)
    let folder = try TemporaryFolder()
    _ = try train(plan, folder.file("a"))
    let before = Torch.liveTensorCount
    _ = try train(plan, folder.file("b"))
    #expect(Torch.liveTensorCount == before)
  }
}
