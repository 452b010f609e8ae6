import Foundation
import MedImage
import MedRecord
import MedTestSupport
import MedVoxel
import Testing

/// Data sets with something wrong: `deepmed plan` names it and writes nothing.
@Suite struct BadDatasetTests {
  private func plan(_ dataset: ToyDataset) throws -> Outcome {
    let folder = try TemporaryFolder()
    let outcome = try deepmed("plan", dataset.url.path, "-o", folder.file("plan.json").path)
    #expect(try folder.names.isEmpty)
    return outcome
  }

  @Test func missingFiles() throws {
    let dataset = try ToyDataset(count: 4)
    let missing = ["imagesTr/case_0.nii.gz", "labelsTr/case_2.nii.gz", "imagesTs/case_5.nii.gz"]
      .map { dataset.folder.file($0) }
    for file in missing { try FileManager.default.removeItem(at: file) }
    let outcome = try plan(dataset)
    expect(outcome, fails: 65, saying: "3 problems")
    for file in missing { #expect(outcome.error.contains(file.path)) }
    try FileManager.default.removeItem(at: dataset.folder.file("dataset.json"))
    expect(try plan(dataset), fails: 65, saying: "dataset.json", dataset.url.path)
  }

  /// All cases are looked at before the message comes.
  @Test func filesThatDontFit() throws {
    let dataset = try ToyDataset(count: 6)
    let folder = dataset.folder
    // Moved by three millimetres.
    var (image, labels) = ToyDataset.scan(0)
    var affine = labels.affine
    affine.origin.x += 3
    try LabelMap(voxels: labels.voxels, affine: affine).write(to: folder.file("labelsTr/case_0.nii.gz"))
    // A class without a name.
    labels.voxels[0, 1, 1, 1] = 9
    try labels.write(to: folder.file("labelsTr/case_1.nii.gz"))
    // Not a number.
    image.voxels[0, 4, 5, 6] = .nan
    try image.write(to: folder.file("imagesTr/case_2.nii.gz"))
    // Cut off.
    let file = folder.file("imagesTr/case_3.nii.gz")
    try Data(contentsOf: file).prefix(2000).write(to: file)
    // Something else under that name.
    try Data("no scan".utf8).write(to: folder.file("imagesTr/case_4.nii.gz"))
    expect(
      try plan(dataset), fails: 65, saying: "5 problems", "case_0", "3 mm", "case_1",
      "class number 9 (1 voxels)",
      "case_2", "(4, 5, 6)", "case_3", "case_4")
  }

  @Test func emptyLabelsAreAllowed() throws {
    let dataset = try ToyDataset(count: 3)
    try LabelMap(voxels: VoxelBuffer(size: ToyDataset.size), affine: ToyDataset.affine)
      .write(to: dataset.folder.file("labelsTr/case_1.nii.gz"))
    let folder = try TemporaryFolder()
    expectSuccess(try deepmed("plan", dataset.url.path, "-o", folder.file("plan.json").path))
    expect(
      try deepmed("plan", dataset.url.path, "-o", folder.file("plan.json/plan.json").path), fails: 1,
      saying: folder.file("plan.json/plan.json").path)
  }

  /// Bad data found by training leaves a folder that training can begin in.
  @Test func badDataAtTheStartOfTraining() throws {
    let job = try ToyJob(iterations: 2)
    let label = job.dataset.folder.file("labelsTr/case_1.nii.gz")
    let whole = try Data(contentsOf: label)
    try whole.prefix(whole.count / 2).write(to: label)
    expect(try job.train("run"), fails: 65, saying: label.path)
    #expect(!FileManager.default.fileExists(atPath: job.path("run")))
    try whole.write(to: label)
    expectSuccess(try job.train("run"))
    expect(try job.train("plan.json/run"), fails: 1, saying: job.path("plan.json/run"))
  }

  /// A plan is edited by people: whatever they write, the answer names the key.
  @Test func plansThatCantBe() throws {
    let job = try ToyJob(iterations: 2)
    try job.editPlan("plan.json") { plan in
      plan.sampling.patchSize = [16, 16]
      plan.sampling.batchSize = 0
      plan.preprocessing.spacing = [1, 0, 1]
      plan.preprocessing.normalization = []
      plan.optimization.checkpointInterval = 0
      plan.optimization.validationInterval = -1
      plan.inference.overlap = 1
      plan.inference.mirroredAxes = [3]
    }
    expect(
      try job.train("run"), fails: 65, saying: "8 problems", "sampling.patchSize", "sampling.batchSize",
      "preprocessing.spacing", "preprocessing.normalization", "optimization.checkpointInterval",
      "optimization.validationInterval", "inference.overlap", "inference.mirroredAxes")
    #expect(!FileManager.default.fileExists(atPath: job.path("run")))
    try Data("{\"version\": 1}".utf8).write(to: job.folder.file("plan.json"))
    expect(try job.train("run"), fails: 65, saying: job.path("plan.json"), "is missing")
    expect(
      try deepmed("train", job.path("absent.json"), "-o", job.path("run")), fails: 65, saying: "absent.json")
  }

  @Test func labelMapsWithoutAPartner() throws {
    let dataset = try ToyDataset(count: 3)
    try FileManager.default.removeItem(at: dataset.folder.file("labelsTs/case_3.nii.gz"))
    expect(
      try deepmed("evaluate", dataset.folder.file("labelsTr").path, dataset.folder.file("labelsTs").path),
      fails: 65, saying: "case_0", "case_4")
    #expect(!FileManager.default.fileExists(atPath: dataset.folder.file("labelsTr/evaluation.json").path))
    expect(
      try deepmed("evaluate", dataset.folder.file("labelsTr").path, dataset.folder.file("absent").path),
      fails: 65,
      saying: dataset.folder.file("absent").path)
    // Maps of one case on two grids.
    let one = dataset.folder.file("labelsTs/case_4.nii.gz")
    let moved = dataset.folder.file("moved.nii.gz")
    var labels = try LabelMap(contentsOf: one)
    var affine = labels.affine
    affine.origin.z += 5
    labels = LabelMap(voxels: labels.voxels, affine: affine)
    try labels.write(to: moved)
    expect(try deepmed("evaluate", moved.path, one.path), fails: 65, saying: "5 mm")
  }
}
