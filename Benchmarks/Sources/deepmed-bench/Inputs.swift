import DeepMedicine
import Foundation

/// The files that both sides work on, made from a formula.
enum Inputs {
  /// A head-like phantom of 256×256×180 voxels of 0.9×0.9×1.1 mm, int16, with an oblique affine and empty margins.
  static func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let size = GridSize(256, 256, 180)
    var random = RandomStream(seed: 1)
    var elements = [Float](repeating: 0, count: size.voxelCount)
    var offset = 0
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let (x, y, z) = (Double(i) / 128 - 1, Double(j) / 128 - 1, Double(k) / 90 - 1)
          let radius = x * x / 0.55 + y * y / 0.7 + z * z / 0.75
          if radius < 1 {
            let tissue = 400 + 300 * sin(9 * x) * cos(7 * y) * sin(8 * z) + 200 * (1 - radius)
            elements[offset] = Float(max(1, (tissue + 40 * random.normal()).rounded()))
          }
          offset += 1
        }
      }
    }
    let affine = Affine(
      i: [-0.9, 0.0, 0.0], j: [0.0, 0.9, 0.0], k: [0.0, 0.0, 1.1], origin: [115, -110, -90])
    let image = ScalarImage(voxels: VoxelBuffer(size: size, elements: elements), affine: affine)
    try image.write(to: folder.appending(path: "head.nii.gz"), options: WriteOptions(type: .int16))
    try image.write(to: folder.appending(path: "head.nii"), options: WriteOptions(type: .int16))
    try DICOMInputs.write(to: folder.appending(path: "dicom"))
    for name in ["prediction", "truth"] {
      try labels(shift: name == "truth" ? 0 : 2).write(to: folder.appending(path: "\(name).nii.gz"))
    }
  }

  /// Three nested, wavy bodies on 160×192×160 voxels of 1 mm.
  private static func labels(shift: Double) -> LabelMap {
    let size = GridSize(160, 192, 160)
    var elements = [UInt16](repeating: 0, count: size.voxelCount)
    var offset = 0
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let (x, y, z) = (
            (Double(i) - 80 + shift) / 70, (Double(j) - 96) / 85, (Double(k) - 80 - shift) / 70
          )
          let wave = 0.06 * sin(12 * x + shift) * cos(11 * y) * sin(10 * z)
          let radius = (x * x + y * y + z * z).squareRoot() + wave
          elements[offset] = radius < 0.4 ? 3 : radius < 0.7 ? 2 : radius < 0.95 ? 1 : 0
          offset += 1
        }
      }
    }
    return LabelMap(voxels: VoxelBuffer(size: size, elements: elements), affine: .identity)
  }
}
