public import Foundation
public import MedImage
public import MedVoxel

/// A small data set in the Decathlon's layout: noisy scans with a bright ball (class 1) that holds a brighter core
/// (class 2), left-handed and anisotropic so that mistakes in geometry show.
public struct ToyDataset {
  public let folder: TemporaryFolder
  public var url: URL { folder.url }
  public static let affine = Affine(i: [-1, 0, 0], j: [0, 1.5, 0], k: [0, 0, 2], origin: [12, -15, -18])
  public static let size = GridSize(24, 20, 18)

  /// - Parameter count: training cases; two more are test cases.
  public init(count: Int, channels: Int = 1) throws {
    folder = try TemporaryFolder()
    let names = (0..<channels).map { "\"\($0)\": \"MRI \($0)\"" }.joined(separator: ", ")
    let training = (0..<count).map {
      "{\"image\": \"imagesTr/case_\($0).nii.gz\", \"label\": \"labelsTr/case_\($0).nii.gz\"}"
    }
    try folder.write(
      "dataset.json",
      """
      {"name": "toy", "modality": {\(names)}, "labels": {"0": "background", "1": "ball", "2": "core"},
       "training": [\(training.joined(separator: ", "))],
       "test": ["imagesTs/case_\(count).nii.gz", "imagesTs/case_\(count + 1).nii.gz"]}
      """)
    for sub in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
      try FileManager.default.createDirectory(at: folder.file(sub), withIntermediateDirectories: true)
    }
    for index in 0..<count + 2 {
      let (image, labels) = ToyDataset.scan(index, channels: channels)
      let part = index < count ? "Tr" : "Ts"
      try image.write(to: folder.file("images\(part)/case_\(index).nii.gz"))
      try labels.write(to: folder.file("labels\(part)/case_\(index).nii.gz"))
    }
  }

  public static func scan(_ index: Int, channels: Int = 1) -> (image: ScalarImage, labels: LabelMap) {
    var random = RandomStream(seed: 11).stream(index)
    let center = SIMD3(random.uniform(in: 9...14), random.uniform(in: 8...12), random.uniform(in: 7...10))
    var labels = VoxelBuffer<UInt16>(size: size)
    var voxels = VoxelBuffer<Float>(channels: channels, size: size)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let offset = (SIMD3(Double(i), Double(j), Double(k)) - center) * SIMD3(1, 1.5, 2)
          let radius = length(offset)
          let label: UInt16 = radius < 4 ? 2 : radius < 8 ? 1 : 0
          labels[0, i, j, k] = label
          for channel in 0..<channels {
            voxels[channel, i, j, k] =
              Float(100 + 200 * Double(label) + 10 * Double(channel) + 15 * random.normal())
          }
        }
      }
    }
    return (ScalarImage(voxels: voxels, affine: affine), LabelMap(voxels: labels, affine: affine))
  }
}
