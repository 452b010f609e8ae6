public import ArgumentParser
import Foundation
import MedImage
import MedTransform
import MedVoxel

extension Deepmed.DataCommand {
  /// Turns tissue maps into one label map.
  public struct Labels: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Turn tissue maps into one label map: the most likely tissue of each voxel.",
      discussion: """
        The first map becomes class 1, the second class 2 …; what the maps leave to one is the background, \
        class 0, as in the labels of synthetic scans.
        """)

    @Argument(help: "Tissue maps (NIfTI, MGH), in order.", completion: .file(), transform: filePath)
    public var maps: [String]

    @Option(name: [.short, .long], help: "The label map to write.", completion: .file(), transform: filePath)
    public var output: String

    public init() {}

    public func run() async throws {
      let atlas = try AtlasFiles(
        urls: maps.map { URL(filePath: $0) }, mask: nil, kind: .maps, names: []
      ).atlases()[0]
      try atlas.labelMap.write(to: URL(filePath: output))
      print("wrote \(output)")
    }
  }
}
