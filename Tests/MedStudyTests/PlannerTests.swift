import MedRecord
import MedTestSupport
import MedVoxel
import Testing

@testable import MedStudy

struct PlannerTests {
  private func plan(_ change: (inout Planner.Wishes) -> Void = { _ in }) throws -> Plan {
    let dataset = try ToyDataset(count: 5)
    let folder = try DatasetFolder(contentsOf: dataset.url)
    var wishes = Planner.Wishes()
    change(&wishes)
    return try Planner(wishes: wishes).plan(for: folder, fingerprint: Fingerprint(of: folder))
  }

  @Test func fingerprintsFollowTheReorientedScan() throws {
    let dataset = try ToyDataset(count: 3)
    let fingerprint = try Fingerprint(of: DatasetFolder(contentsOf: dataset.url))
    #expect(fingerprint.medianSpacing == [1, 1.5, 2])
    #expect(fingerprint.cases.map(\.size) == Array(repeating: [24, 20, 18], count: 3))
    #expect(fingerprint.cases[0].classVoxels.reduce(0, +) == 24 * 20 * 18)
    #expect((300...500).contains(fingerprint.channels[0].mean))
  }

  @Test func everyChoiceHasAReason() throws {
    let plan = try plan()
    #expect(plan.preprocessing.spacing == [1, 1.5, 2])
    #expect(plan.sampling.patchSize.allSatisfy { $0 % 16 == 0 })
    #expect(Set(plan.training).isDisjoint(with: plan.validation))
    #expect(plan.training.count + plan.validation.count == 5)
    #expect(plan.reasons.count >= 6)
  }

  @Test func sameSeedSamePlan() throws {
    let dataset = try ToyDataset(count: 5)
    let folder = try DatasetFolder(contentsOf: dataset.url)
    let fingerprint = try Fingerprint(of: folder)
    func plan(_ seed: UInt64) throws -> Plan {
      var wishes = Planner.Wishes()
      wishes.seed = seed
      return try Planner(wishes: wishes).plan(for: folder, fingerprint: fingerprint)
    }
    #expect(try plan(1) == plan(1))
  }

  @Test func wishesComeFirst() throws {
    let plan = try plan {
      $0.spacing = [2, 2, 2]
      $0.patchSize = [16, 24, 32]
      $0.network = .dynUNet
      $0.validationShare = 0
    }
    #expect(plan.preprocessing.spacing == [2, 2, 2])
    #expect(plan.sampling.patchSize == [16, 24, 32])
    #expect(plan.validation.isEmpty)
    guard case .dynUNet = plan.network else {
      Issue.record("expected a DynUNet")
      return
    }
  }

  /// An axis of one voxel can't be halved, and is left alone.
  @Test func flatPatches() throws {
    let plan = try plan {
      $0.patchSize = [32, 16, 1]
      $0.network = .dynUNet
    }
    guard case .dynUNet(_, let strides, let kernels, _) = plan.network else {
      Issue.record("expected a DynUNet")
      return
    }
    #expect(strides == [[1, 1, 1], [2, 2, 1], [2, 2, 1]])
    #expect(kernels.count == strides.count)
  }

  @Test func refusesPatchesThatCannotBeHalved() throws {
    #expect(throws: StudyError.self) { try plan { $0.patchSize = [17, 16, 16] } }
    #expect(throws: StudyError.self) {
      try plan {
        $0.patchSize = [16, 16, 8]
        $0.network = .medicalNet
      }
    }
  }
}
