public import ArgumentParser
import Foundation
public import MedTransform
import MedVoxel

extension Deepmed.DataCommand {
  /// Makes scans and their label maps out of tissue maps.
  public struct Synthesize: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Make synthetic scans with labels from tissue maps or label maps.",
      discussion: """
        Tissue maps hold probabilities (from 0 to 1, or bytes from 0 to 255), one file for each tissue, all of one anatomy; give them in \
        the order of their brightness (grey before white matter for T1). Label maps are one anatomy each; their \
        classes are the tissues. Every case is bent and turned anew and seen by another scanner. The result is \
        a folder as the Medical Segmentation Decathlon has it, ready for deepmed plan; held-out cases go to \
        imagesTs and labelsTs. The same arguments give the same voxels.
        """)

    public enum Kind: String, CaseIterable, ExpressibleByArgument, Sendable { case auto, maps, labels }

    @Argument(help: "Tissue maps or label maps (NIfTI, MGH).", completion: .file(), transform: filePath)
    public var inputs: [String]

    @Option(
      name: [.short, .long], help: "The data set's folder to make.", completion: .directory,
      transform: filePath)
    public var output: String

    @Option(help: "Training cases.")
    public var count = 24

    @Option(help: "Cases kept for testing, with labels in labelsTs.")
    public var heldOut = 4

    @Option(help: "Voxel spacing in mm, such as 2,2,2; the inputs' own by default.")
    public var spacing: Triple<Double>?

    @Option(help: "t1 (tissues brighter in their order) or random.")
    public var contrast: TissueSynthesis.Contrast = .t1

    @Option(help: "What lies around the tissues: removed, dark or mixed.")
    public var surroundings: TissueSynthesis.Surroundings = .removed

    @Option(help: "Names of the tissues, such as grey,white.")
    public var labels: String?

    @Option(
      help: "A map above 0.5 where the organ is; derived from the tissues by default.", completion: .file(),
      transform: filePath)
    public var mask: String?

    @Option(help: "What the inputs are: maps, labels, or auto to look.")
    public var kind: Kind = .auto

    @Option(help: "The data set's name.")
    public var name: String?

    @Option(help: "Everything random follows from it.")
    public var seed: UInt64 = 0

    public init() {}

    public func validate() throws {
      if count < 1 { throw ValidationError("--count needs at least 1, found \(count)") }
      if heldOut < 0 { throw ValidationError("--held-out can't be negative, found \(heldOut)") }
      if count + heldOut > 100_000 {
        throw ValidationError("--count and --held-out allow 100,000 cases together")
      }
      if let spacing, spacing.values.contains(where: { !($0 > 0 && $0.isFinite) }) {
        throw ValidationError("--spacing needs positive millimetres")
      }
    }

    public func run() async throws {
      let names = (labels ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      let atlases = try AtlasFiles(
        urls: inputs.map { URL(fileURLWithPath: $0) }, mask: mask.map { URL(fileURLWithPath: $0) },
        kind: kind,
        names: names
      ).atlases()
      let target = URL(fileURLWithPath: output)
      let dataset = SyntheticDataset(
        atlases: atlases,
        synthesis: TissueSynthesis(
          contrast: contrast, surroundings: surroundings,
          spacing: spacing.map { SIMD3($0.values[0], $0.values[1], $0.values[2]) }),
        name: name ?? target.lastPathComponent,
        inputs: inputs.map { URL(fileURLWithPath: $0).lastPathComponent },
        count: count, heldOut: heldOut, seed: seed)
      try dataset.write(to: target)
      print(
        "\(output): \(count) training and \(heldOut) held-out cases of "
          + "\(describe(try dataset.grid.size)) voxels, \(describe(try dataset.grid.spacing)) mm")
    }
  }
}

extension TissueSynthesis.Contrast: ExpressibleByArgument {}
extension TissueSynthesis.Surroundings: ExpressibleByArgument {}
