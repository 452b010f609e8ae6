import MedImage
import MedVoxel

/// Pieces that only rearrange values: the smallest example of a family of runners.
enum ArrayRunners: CaseRunners {
  static let family = "monai/transforms/utility"
  static let classes: [String: Runner] = ["Identity": identity]

  /// Through our image type and back: nothing may change.
  static func identity(_ test: Case) throws -> [Output] {
    let input = try test.firstInput()
    let array = try input.array()
    let image = ScalarImage(voxels: try array.voxels(), affine: try input.affine() ?? .identity)
    return [Output(input.name, NDArray(image.voxels, rank: array.rank), affine: image.affine)]
  }
}
