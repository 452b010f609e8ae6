import DeepMedicine

/// A ball in a shell, as grey and white matter, for examples that need something to work on.
enum SampleData {
  static let labels: LabelMap = {
    let size = GridSize(40, 44, 36)
    var voxels = VoxelBuffer<UInt16>(size: size)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let place = SIMD3(Double(i), Double(j), Double(k)) - [19.5, 21.5, 17.5]
          let radius = length(place)
          if radius < 14 { voxels[0, i, j, k] = radius < 9 ? 2 : 1 }
        }
      }
    }
    return LabelMap(voxels: voxels, affine: Affine(spacing: [2, 2, 2], origin: [-39, -43, -35]))
  }()

  /// One synthetic scan of those labels, with its own label map.
  static func subject(_ number: Int = 0) throws -> Subject {
    try TissueSynthesis().subject(number, from: TissueAtlas(labels: labels), seed: 1)
  }

  static func scan() throws -> ScalarImage {
    guard let scan = try subject()[scalar: "image"] else { throw ImageError("the synthesis made no image") }
    return scan
  }
}
