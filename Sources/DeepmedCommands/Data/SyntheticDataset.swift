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
    try AtomicFolder<ImageError>.write(to: target) { partial in
      for folder in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
        try FileManager.default.createDirectory(
          at: partial.appending(path: folder), withIntermediateDirectories: true)
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
      try DecathlonManifest(self).write(to: partial)
      try write(Settings(self), to: partial.appending(path: "synthesis.json"))
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
    try AtomicFile<RecordError>.write(try JSONEncoder.records.encode(value) + Data("\n".utf8), to: url)
  }
}

extension DecathlonManifest {
  fileprivate init(_ dataset: SyntheticDataset) {
    self.init(
      name: dataset.name,
      description: "Synthetic scans with labels, made from \(dataset.inputs.joined(separator: ", "))",
      channels: [dataset.synthesis.contrast == .t1 ? "T1" : "MRI"],
      classes: [0: "background"].merging(
        dataset.atlases[0].tissues.map { (Int($0.label), $0.name) }, uniquingKeysWith: { $1 }),
      training: (0..<dataset.count).map(dataset.caseName),
      test: (0..<dataset.heldOut).map { dataset.caseName(dataset.count + $0) })
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
