public import Foundation
internal import MedVoxel

/// `dataset.json`, as the Medical Segmentation Decathlon has it, for writing.
public struct DecathlonManifest: Encodable, Sendable {
  private struct Pair: Encodable {
    var image: String
    var label: String
  }

  private var name: String
  private var description: String
  private var reference: String?
  private var licence: String?
  private var tensorImageSize = "3D"
  private var modality: [String: String]
  private var labels: [String: String]
  private var numTraining: Int
  private var numTest: Int
  private var training: [Pair]
  private var test: [String]

  /// - Parameters:
  ///   - classes: by class number; number 0 is the background.
  ///   - training: case names; images lie in imagesTr, labels in labelsTr, as `.nii.gz`.
  ///   - test: case names; images lie in imagesTs.
  public init(
    name: String, description: String, reference: String? = nil, licence: String? = nil, channels: [String],
    classes: [Int: String], training: [String], test: [String]
  ) {
    (self.name, self.description, self.reference, self.licence) = (name, description, reference, licence)
    modality = Dictionary(uniqueKeysWithValues: channels.enumerated().map { (String($0), $1) })
    labels = Dictionary(uniqueKeysWithValues: classes.map { (String($0), $1) })
    (numTraining, numTest) = (training.count, test.count)
    self.training = training.map {
      Pair(image: "./imagesTr/\($0).nii.gz", label: "./labelsTr/\($0).nii.gz")
    }
    self.test = test.map { "./imagesTs/\($0).nii.gz" }
  }

  /// Writes `dataset.json` into the data set's folder.
  public func write(to folder: URL) throws {
    try AtomicFile<RecordError>.write(
      try JSONEncoder.records.encode(self) + Data("\n".utf8), to: folder.appending(path: "dataset.json"))
  }
}
