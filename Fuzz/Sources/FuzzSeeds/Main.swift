import Foundation
import MedCheckpoint

/// Writes the seeds that the fuzz targets start from: `FuzzSeeds FOLDER` makes `FOLDER/<target>/<seed>`.
@main struct Main {
  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      print("usage: FuzzSeeds FOLDER")
      exit(64)
    }
    let folder = URL(fileURLWithPath: CommandLine.arguments[1])
    for (target, seeds) in [("Safetensors", try safetensorsSeeds()), ("TorchFile", torchSeeds())] {
      let place = folder.appendingPathComponent(target)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for (index, seed) in seeds.enumerated() {
        try Data(seed).write(to: place.appendingPathComponent("seed-\(index)"))
      }
    }
    try ImageSeeds.write(to: folder)
    try AnnotationSeeds.write(to: folder)
  }
}
