public import ArgumentParser
internal import Foundation
public import MedRecord
internal import MedStudy

extension Deepmed {
  /// Looks at a data set and writes what will be done with it, and why.
  public struct Plan: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Look at a data set and decide spacing, patch, network and training, with reasons.",
      discussion: """
        The data set is a folder with dataset.json, imagesTr and labelsTr, as the Medical Segmentation \
        Decathlon has it; nnU-Net's files with one channel each (_0000) are read as well. The plan is JSON: \
        read it, change what you like, and train.
        """)

    public enum Network: String, CaseIterable, ExpressibleByArgument, Sendable {
      case unet
      case segResNet = "segresnet"
      case dynUNet = "dynunet"
      case medicalNet = "medicalnet"

      var wish: Planner.Wishes.Network {
        switch self {
        case .unet: .unet
        case .segResNet: .segResNet
        case .dynUNet: .dynUNet
        case .medicalNet: .medicalNet
        }
      }
    }

    @Argument(help: "The data set's folder.", completion: .directory, transform: filePath)
    public var dataset: String

    @Option(
      name: [.short, .long], help: "The plan to write.", completion: .file(extensions: ["json"]),
      transform: filePath)
    public var output: String

    @Option(help: "unet, segresnet, dynunet or medicalnet.")
    public var network: Network = .unet

    @Option(help: "Voxel spacing in mm, such as 2,2,2; the data set's median by default.")
    public var spacing: Triple<Double>?

    @Option(help: "Patch size in voxels, such as 80,80,80.")
    public var patchSize: Triple<Int>?

    @Option(help: "Patches in an optimizer step.")
    public var batchSize: Int?

    @Option(help: "Optimizer steps.")
    public var iterations = 1000

    @Option(help: "Learning rate at the start; each optimizer has its default.")
    public var learningRate: Double?

    @Option(help: "The share of cases kept for validation.")
    public var validationShare = 0.2

    @Option(help: "none, light or full.")
    public var augmentation: MedRecord.Plan.Augmentation.Strength = .light

    @Option(help: "Axes to mirror in augmentation and prediction, such as 0 or 0,1,2.")
    public var mirror: String?

    @Option(help: "float32 or bfloat16.")
    public var precision: MedRecord.Plan.Precision = .float32

    @Option(help: "Everything random follows from it.")
    public var seed: UInt64 = 0

    public init() {}

    public func run() async throws {
      let folder = try DatasetFolder(contentsOf: URL(filePath: dataset))
      let progress = ProgressLine("reading cases", total: folder.training.count)
      let fingerprint = try Fingerprint(of: folder) { progress.update($0) }
      progress.finish()
      let plan = try Planner(wishes: wishes).plan(for: folder, fingerprint: fingerprint)
      try plan.write(to: URL(filePath: output))
      print("\(plan.name): \(plan.training.count) cases to train, \(plan.validation.count) to validate")
      for reason in plan.reasons { print("  - \(reason)") }
      print("wrote \(output)")
    }

    private var wishes: Planner.Wishes {
      var wishes = Planner.Wishes()
      wishes.network = network.wish
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

    /// The axes named by `--mirror`.
    var mirroredAxes: [Int] {
      (mirror ?? "").split(separator: ",").compactMap { Int($0) }.filter { (0..<3).contains($0) }
    }

    public func validate() throws {
      if iterations < 1 { throw ValidationError("--iterations needs at least 1, found \(iterations)") }
      if let batchSize, batchSize < 1 {
        throw ValidationError("--batch-size needs at least 1, found \(batchSize)")
      }
      if !(0..<1).contains(validationShare) {
        throw ValidationError("--validation-share is from 0 to below 1, found \(validationShare)")
      }
      if let patchSize, patchSize.values.contains(where: { $0 < 1 }) {
        throw ValidationError("--patch-size needs positive sizes")
      }
      if let spacing, spacing.values.contains(where: { !($0 > 0 && $0.isFinite) }) {
        throw ValidationError("--spacing needs positive millimetres")
      }
      if let mirror, mirroredAxes.count != mirror.split(separator: ",").count {
        throw ValidationError("--mirror takes axis numbers 0, 1, 2, found “\(mirror)”")
      }
    }
  }
}

extension MedRecord.Plan.Augmentation.Strength: ExpressibleByArgument {}
extension MedRecord.Plan.Precision: ExpressibleByArgument {}
