import DeepmedCommands
import Foundation
import MedEngine
import MedRecord
import MedVoxel

extension Deepmed.Plan {
  func execute() throws {
    let folder = try DatasetFolder(contentsOf: URL(filePath: dataset))
    let progress = ProgressLine("reading cases", total: folder.training.count)
    let done = Counter()
    let fingerprint = try Fingerprint(of: folder) { _, _ in progress.update(done.next()) }
    progress.finish()
    let plan = try Planner(wishes: wishes).plan(for: folder, fingerprint: fingerprint)
    try plan.write(to: URL(filePath: output))
    print("\(plan.name): \(plan.training.count) cases to train, \(plan.validation.count) to validate")
    for reason in plan.reasons { print("  - \(reason)") }
    print("wrote \(output)")
  }

  private var wishes: Planner.Wishes {
    var wishes = Planner.Wishes()
    wishes.network = Planner.Wishes.Network(rawValue: "\(network)") ?? .unet
    wishes.spacing = spacing?.values
    wishes.patchSize = patchSize?.values
    wishes.batchSize = batchSize
    wishes.iterations = iterations
    wishes.learningRate = learningRate
    wishes.validationShare = validationShare
    wishes.augmentation = augmentation
    wishes.mirroredAxes = mirroredAxes
    wishes.precision = precision
    wishes.seed = seed
    return wishes
  }
}
