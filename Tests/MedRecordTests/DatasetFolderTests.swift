import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedRecord

struct DatasetFolderTests {
  private func folder(_ manifest: String, files: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("dataset.json", manifest)
    for file in files { try folder.write(file, "x") }
    return folder
  }

  @Test func readsTheDecathlonsSpelling() throws {
    let folder = try folder(
      """
      {"name": "Toy", "modality": {"0": "FLAIR", "1": "T1w"}, "labels": {"0": "background", "1": "edema"},
       "training": [{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"}],
       "test": ["./imagesTs/b.nii.gz"]}
      """, files: ["imagesTr/a.nii.gz", "labelsTr/a.nii.gz", "imagesTs/b.nii.gz"])
    let dataset = try DatasetFolder(contentsOf: folder.url)
    #expect(dataset.name == "Toy")
    #expect(dataset.channelNames == ["FLAIR", "T1w"])
    #expect(dataset.classNames == ["background", "edema"])
    #expect(dataset.training.map(\.id) == ["a"])
    #expect(dataset.training[0].images.map(\.lastPathComponent) == ["a.nii.gz"])
    #expect(dataset.test.map(\.id) == ["b"])
  }

  @Test func readsNNUNetsSpellingAndChannelFiles() throws {
    let folder = try folder(
      """
      {"channel_names": {"0": "T1", "1": "T2"}, "labels": {"background": 0, "tumor": 1},
       "file_ending": ".nii.gz", "numTraining": 2}
      """,
      files: [
        "imagesTr/p_1_0000.nii.gz", "imagesTr/p_1_0001.nii.gz", "labelsTr/p_1.nii.gz",
        "imagesTr/p_2_0001.nii.gz", "imagesTr/p_2_0000.nii.gz", "labelsTr/p_2.nii.gz",
      ])
    let dataset = try DatasetFolder(contentsOf: folder.url)
    #expect(dataset.training.map(\.id) == ["p_1", "p_2"])
    #expect(
      dataset.training[1].images.map(\.lastPathComponent) == ["p_2_0000.nii.gz", "p_2_0001.nii.gz"])
    #expect(dataset.case("p_2")?.label?.lastPathComponent == "p_2.nii.gz")
  }

  @Test func reportsAllProblemsAtOnce() throws {
    let folder = try folder(
      """
      {"modality": {"0": "CT"}, "labels": {"0": "background", "1": "liver"},
       "training": [{"image": "imagesTr/a.nii.gz", "label": "labelsTr/a.nii.gz"},
                    {"image": "imagesTr/b.nii.gz"}]}
      """, files: ["imagesTr/a.nii.gz"])
    let error = #expect(throws: RecordError.self) { try DatasetFolder(contentsOf: folder.url) }
    let text = try #require(error?.description)
    #expect(text.contains("labelsTr/a.nii.gz"))
    #expect(text.contains("imagesTr/b.nii.gz"))
    #expect(text.contains("“b” has no label"))
  }

  @Test(arguments: [
    "{", "[]", "{\"labels\": {\"0\": \"background\", \"2\": \"gap\"}, \"modality\": {\"0\": \"CT\"}}",
    "{\"labels\": 3}",
    "{\"modality\": {\"1\": \"CT\"}, \"labels\": {\"0\": \"b\", \"1\": \"c\"}, \"training\": 1}",
  ])
  func refusesBrokenManifests(_ manifest: String) throws {
    let folder = try folder(manifest, files: [])
    let error = #expect(throws: RecordError.self) { try DatasetFolder(contentsOf: folder.url) }
    #expect(error?.description.contains("dataset.json") == true)
    #expect(error?.cause == .data)
  }

  @Test(arguments: [
    ("a.nii.gz", "a"), ("a_0000.nii.gz", "a"), ("a_12.nii", "a_12"), ("x.y_0001.nii.gz", "x.y"), ("b", "b"),
  ])
  func findsCaseIdentifiers(_ name: String, _ id: String) {
    #expect(DatasetFolder.caseIdentifier(name) == id)
  }
}
