internal import MedImage
package import MedRecord
internal import MedTransform
package import MedVoxel

/// What a training step sees of one case.
package struct Patch: Sendable {
  package var image: VoxelBuffer<Float>
  package var labels: VoxelBuffer<UInt16>
}

/// Patches as a pure function of seed, iteration and place in the batch: no thread, order or cache changes one.
package final class PatchSource: Sendable {
  private let cases: PreparedCases
  private let sampler: PatchSampler
  private let augmentation: PatchAugmentation
  private let stream: RandomStream

  package init(plan: Plan, cases: PreparedCases) {
    self.cases = cases
    let size = plan.sampling.patchSize
    sampler = PatchSampler(
      size: GridSize(size[0], size[1], size[2]),
      balance: .foreground(probability: plan.sampling.foregroundShare))
    augmentation = PatchAugmentation(plan)
    stream = RandomStream(seed: plan.optimization.seed).stream("patches")
  }

  package func patch(iteration: Int, item: Int) throws -> Patch {
    var random = stream.stream(iteration).stream(item)
    let index = random.integer(below: cases.count)
    let prepared = try cases.case(index)
    let box = sampler.box(in: prepared.classes, using: &random)
    var subject: Subject
    if let deformation = augmentation.deformation(using: &random) {
      subject = try sampler.patch(
        at: box, of: prepared.subject, deformedBy: deformation, using: &random)
    } else {
      subject = try sampler.patch(at: box, of: prepared.subject)
    }
    try augmentation.pipeline.apply(to: &subject, using: &random)
    guard let image = subject[scalar: "image"], let labels = subject[labels: "label"] else {
      throw StudyError("the case “\(prepared.id)” has no label map")
    }
    return Patch(image: image.voxels, labels: labels.voxels)
  }
}
