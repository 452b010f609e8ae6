import Foundation
import MedRecord
import MedTestSupport
import MedVoxel
import Testing

@testable import MedStudy

struct PatchTests {
  private func source(_ dataset: ToyDataset, byteLimit: Int = .max) throws -> (Plan, PatchSource) {
    let folder = try DatasetFolder(contentsOf: dataset.url)
    var wishes = Planner.Wishes()
    wishes.patchSize = [16, 16, 8]
    wishes.augmentation = .full
    wishes.mirroredAxes = [0]
    let plan = try Planner(wishes: wishes).plan(for: folder, fingerprint: Fingerprint(of: folder))
    return (
      plan, PatchSource(plan: plan, cases: PreparedCases(files: folder.training, plan: plan, byteLimit: byteLimit))
    )
  }

  /// What a patch holds depends on its number alone: not on order, threads or what is kept in memory.
  @Test func patchesArePureFunctionsOfTheirNumber() throws {
    let dataset = try ToyDataset(count: 3)
    let (_, all) = try source(dataset)
    let (plan, none) = try source(dataset, byteLimit: 0)
    let queue = BatchQueue(source: all, batchSize: 2, iterations: 0..<6, ahead: 3, threads: 3)
    defer { queue.stop() }
    for iteration in 0..<6 {
      let batch = try queue.next()
      #expect(batch.count == 2)
      for (item, patch) in batch.enumerated() {
        let again = try none.patch(iteration: iteration, item: item)
        #expect(patch.image == again.image)
        #expect(patch.labels == again.labels)
        #expect(patch.image.size == GridSize(16, 16, 8))
        #expect(patch.labels.elements.allSatisfy { Int($0) < plan.classNames.count })
      }
    }
  }

  @Test func aQueueCanBeLeftEarly() throws {
    let (_, patches) = try source(try ToyDataset(count: 2))
    let queue = BatchQueue(source: patches, batchSize: 2, iterations: 0..<1000, ahead: 2, threads: 2)
    _ = try queue.next()
    queue.stop()
  }

  @Test func problemsOfACaseReachTheTaker() throws {
    let dataset = try ToyDataset(count: 2)
    let (_, patches) = try source(dataset)
    for name in ["case_0", "case_1"] {
      try FileManager.default.removeItem(at: dataset.folder.file("imagesTr/\(name).nii.gz"))
    }
    let queue = BatchQueue(source: patches, batchSize: 1, iterations: 0..<3, ahead: 1, threads: 1)
    defer { queue.stop() }
    #expect(throws: (any Error).self) { try queue.next() }
  }
}
