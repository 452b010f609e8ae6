import Foundation
import MedImage
import MedRecord
import MedTransform
import MedVoxel

/// A Decathlon folder of synthetic cases.
struct SyntheticDataset {
  var atlases: [TissueAtlas]
  var synthesis: TissueSynthesis
  var name: String
  /// The files' names that the atlases came from.
  var inputs: [String]
  var count: Int
  var heldOut: Int
  var seed: UInt64

  /// The first atlas's.
  var grid: Grid { get throws { try synthesis.grid(for: atlases[0]) } }

  /// Writes into a folder beside the target, which gets its name when all cases are there.
  /// - Throws: `ImageError`, `TransformError`; nothing is left behind.
  func write(to target: URL) throws {
    let files = FileManager.default
    if let content = try? files.contentsOfDirectory(atPath: target.path), !content.isEmpty {
      throw ImageError(
        "the folder exists and is not empty", at: target.path, remedy: "name another, or remove it",
        cause: .usage)
    }
    let partial = target.deletingLastPathComponent().appending(
      path: ".\(target.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
    do {
      for folder in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
        try files.createDirectory(at: partial.appending(path: folder), withIntermediateDirectories: true)
      }
      let failures = Parallel.map(count + heldOut) { number -> (any Error)? in
        do {
          try writeCase(number, into: partial)
          return nil
        } catch {
          return error
        }
      }
      if let first = failures.compactMap({ $0 }).first { throw first }
      try write(Manifest(self), to: partial.appending(path: "dataset.json"))
      try write(Settings(self), to: partial.appending(path: "synthesis.json"))
      if files.fileExists(atPath: target.path) { try files.removeItem(at: target) }
      try files.moveItem(at: partial, to: target)
    } catch {
      try? files.removeItem(at: partial)
      throw error is any ExplainedError
        ? error
        : ImageError(
          "the data set could not be written: \(error.localizedDescription)", at: target.path,
          remedy: "check permission and space", cause: .environment)
    }
  }

  private func isHeldOut(_ number: Int) -> Bool { number >= count }

  fileprivate func caseName(_ number: Int) -> String {
    let (word, index) = isHeldOut(number) ? ("heldout", number - count) : ("synthetic", number)
    let digits = String(index)
    return "\(word)_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }

  private func writeCase(_ number: Int, into folder: URL) throws {
    let subject = try synthesis.subject(number, from: atlases[number % atlases.count], seed: seed)
    let half = isHeldOut(number) ? "Ts" : "Tr"
    let file = caseName(number) + ".nii.gz"
    try subject[scalar: "image"]?.write(
      to: folder.appending(path: "images\(half)/\(file)"), options: WriteOptions(type: .int16))
    try subject[labels: "label"]?.write(to: folder.appending(path: "labels\(half)/\(file)"))
  }

  private func write(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile<RecordError>.write(try encoder.encode(value) + Data("\n".utf8), to: url)
  }
}

/// `dataset.json`, as the Medical Segmentation Decathlon has it.
private struct Manifest: Encodable {
  struct Pair: Encodable {
    var image: String
    var label: String
  }

  var name: String
  var description: String
  var tensorImageSize = "3D"
  var modality: [String: String]
  var labels: [String: String]
  var numTraining: Int
  var numTest: Int
  var training: [Pair]
  var test: [String]

  init(_ dataset: SyntheticDataset) {
    name = dataset.name
    description = "Synthetic scans with labels, made from \(dataset.inputs.joined(separator: ", "))"
    modality = ["0": dataset.synthesis.contrast == .t1 ? "T1" : "MRI"]
    labels = ["0": "background"]
    for tissue in dataset.atlases[0].tissues { labels[String(tissue.label)] = tissue.name }
    numTraining = dataset.count
    numTest = dataset.heldOut
    training = (0..<dataset.count).map { number in
      let file = dataset.caseName(number) + ".nii.gz"
      return Pair(image: "./imagesTr/\(file)", label: "./labelsTr/\(file)")
    }
    test = (0..<dataset.heldOut).map { "./imagesTs/\(dataset.caseName(dataset.count + $0)).nii.gz" }
  }
}

/// How the cases were made: with it, they can be made again.
private struct Settings: Encodable {
  var version = 1
  var toolkit = Toolkit.version
  var inputs: [String]
  var count: Int
  var heldOut: Int
  var seed: UInt64
  var synthesis: TissueSynthesis

  init(_ dataset: SyntheticDataset) {
    inputs = dataset.inputs
    count = dataset.count
    heldOut = dataset.heldOut
    seed = dataset.seed
    synthesis = dataset.synthesis
  }
}
