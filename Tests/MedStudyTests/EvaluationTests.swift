import Foundation
import MedImage
import MedRecord
import MedTestSupport
import MedVoxel
import Testing

@testable import MedStudy

struct EvaluationTests {
  private func write(_ folder: TemporaryFolder, _ name: String, _ elements: [UInt16]) throws {
    let map = LabelMap(voxels: VoxelBuffer(size: [4, 1, 1], elements: elements), affine: .identity)
    try FileManager.default.createDirectory(
      at: folder.file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try map.write(to: folder.file(name))
  }

  @Test func scoresByHand() throws {
    let folder = try TemporaryFolder()
    try write(folder, "p/a.nii.gz", [1, 1, 0, 2])
    try write(folder, "t/a.nii.gz", [1, 0, 0, 2])
    try write(folder, "p/b.nii.gz", [1, 0, 0, 0])
    try write(folder, "t/b.nii.gz", [1, 0, 0, 2])
    let pairs = try LabelMapPairs(predictions: folder.file("p"), truth: folder.file("t"))
    #expect(pairs.pairs.map(\.id) == ["a", "b"])
    let record = try Evaluation(classNames: ["background", "x", "y"])(pairs.pairs)
    let a = record.cases[0].scores
    #expect(a[0].dice == 2.0 / 3)
    #expect(a[0].iou == 0.5)
    #expect(a[0].hausdorff == 1)
    #expect(a[1].dice == 1)
    let missed = record.cases[1].scores[1]
    #expect(missed.dice == 0)
    #expect(missed.hausdorff95 == .infinity)
    #expect(missed.volumeDifference == -0.001)
    let summary = try #require(record.summaries.first { $0.classNumber == 2 && $0.metric == "HD95 (mm)" })
    #expect(summary.missed == 1)
    #expect(summary.mean == .infinity)
  }

  @Test func joinsTrueClasses() throws {
    let folder = try TemporaryFolder()
    try write(folder, "p.nii", [1, 1, 2, 0])
    try write(folder, "t.nii", [1003, 42, 2, 7])
    var table = [UInt16](repeating: 0, count: 65536)
    (table[1003], table[42], table[2]) = (1, 1, 2)
    let pairs = try LabelMapPairs(predictions: folder.file("p.nii"), truth: folder.file("t.nii"))
    let record = try Evaluation(classNames: ["b", "g", "w"], truthClasses: table)(pairs.pairs)
    #expect(record.meanForegroundDice == 1)
  }

  @Test func missingPartnersAreProblemsOnBothSides() throws {
    let folder = try TemporaryFolder()
    try write(folder, "p/a.nii", [0, 0, 0, 0])
    try write(folder, "p/b.nii", [0, 0, 0, 0])
    try write(folder, "t/b.nii", [0, 0, 0, 0])
    try write(folder, "t/c.nii", [0, 0, 0, 0])
    let error = #expect(throws: StudyError.self) {
      try LabelMapPairs(predictions: folder.file("p"), truth: folder.file("t"))
    }
    #expect(error?.problems.count == 2)
  }

  @Test func unnamedClassesAreRefused() throws {
    let folder = try TemporaryFolder()
    try write(folder, "p.nii", [1, 3, 0, 0])
    try write(folder, "t.nii", [1, 1, 0, 0])
    let pairs = try LabelMapPairs(predictions: folder.file("p.nii"), truth: folder.file("t.nii"))
    let error = #expect(throws: StudyError.self) { try Evaluation(classNames: ["b", "x"])(pairs.pairs) }
    #expect(error?.description.contains("3") == true)
  }
}
