import Foundation
import MedImage
import MedRecord
import MedTestSupport
import MedVoxel
import Testing

@testable import MedStudy

struct CaseReaderTests {
  private let folder: TemporaryFolder
  private let reader = CaseReader(channelCount: 1, classCount: 3)

  init() throws { folder = try TemporaryFolder() }

  private func files(_ image: ScalarImage, _ labels: LabelMap) throws -> DatasetFolder.Case {
    try image.write(to: folder.file("image.nii.gz"))
    try labels.write(to: folder.file("label.nii.gz"))
    return .init(id: "x", images: [folder.file("image.nii.gz")], label: folder.file("label.nii.gz"))
  }

  @Test func readsWhatBelongsTogether() throws {
    let (image, labels) = ToyDataset.scan(0)
    let subject = try reader.read(files(image, labels))
    #expect(subject[scalar: "image"]?.size == ToyDataset.size)
    #expect(subject[labels: "label"]?.voxels == labels.voxels)
  }

  @Test func tellsHowFarGridsAreApart() throws {
    let (image, labels) = ToyDataset.scan(0)
    var moved = labels
    moved.affine.origin.x += 3
    let error = #expect(throws: ImageError.self) { try reader.read(files(image, moved)) }
    #expect(error?.description.contains("3 mm") == true)
    #expect(error?.description.contains("label.nii.gz") == true)
  }

  @Test func namesClassesThatTheDataSetDoesNotName() throws {
    var (image, labels) = ToyDataset.scan(0)
    labels.voxels[0, 0, 0, 0] = 9
    image.voxels[0, 1, 2, 3] = .nan
    let error = #expect(throws: ImageError.self) { try reader.read(files(image, labels)) }
    // Both problems at once.
    #expect(error?.description.contains("class number 9 (1 voxels)") == true)
    #expect(error?.description.contains("nan") == true)
  }

  @Test func wantsTheRightNumberOfChannels() throws {
    let (image, labels) = ToyDataset.scan(0, channels: 2)
    let error = #expect(throws: ImageError.self) { try reader.read(files(image, labels)) }
    #expect(error?.description.contains("expected 1 channels, found 2 channels") == true)
  }

  @Test func joinsChannelFiles() throws {
    let (first, labels) = ToyDataset.scan(0)
    let (second, _) = ToyDataset.scan(1)
    try first.write(to: folder.file("x_0000.nii.gz"))
    try second.write(to: folder.file("x_0001.nii.gz"))
    try labels.write(to: folder.file("x.nii.gz"))
    let subject = try CaseReader(channelCount: 2, classCount: 3).read(
      .init(
        id: "x", images: [folder.file("x_0000.nii.gz"), folder.file("x_0001.nii.gz")],
        label: folder.file("x.nii.gz")))
    let image = try #require(subject[scalar: "image"])
    #expect(image.channels == 2)
    #expect(image.voxels[1, 3, 4, 5] == second.voxels[0, 3, 4, 5])
  }

  @Test func reportsMissingFiles() throws {
    let error = #expect(throws: ImageError.self) {
      try reader.read(.init(id: "x", images: [folder.file("a.nii")], label: folder.file("b.nii")))
    }
    #expect(error?.problems.count == 2)
  }
}
