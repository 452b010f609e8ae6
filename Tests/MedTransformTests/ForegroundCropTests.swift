import MedImage
import MedTestSupport
import MedTransform
import MedVoxel
import Testing

@Suite struct ForegroundCropTests {
  private func subject() -> Subject {
    var voxels = VoxelBuffer<Float>(size: [10, 8, 6])
    voxels[0, 3, 2, 1] = 1
    voxels[0, 5, 6, 4] = 2
    return Subject(image: ScalarImage(voxels: voxels, affine: obliqueAffine))
  }

  @Test func boxAroundTheForeground() throws {
    let result = try ForegroundCrop()(subject())
    #expect(result[scalar: "image"]?.size == [3, 5, 4])
    #expect(result[scalar: "image"]?.affine.origin == obliqueAffine([3, 2, 1]))
    let image = try #require(subject()["image"])
    #expect(
      ForegroundCrop(margin: [2, 2, 2], isClipped: true).box(in: image)
        == GridBox(lower: [1, 0, 0], upper: [8, 8, 6]))
    // 3, 5 and 4 grow to 4, 8 and 4; of the odd part, less comes before.
    #expect(
      ForegroundCrop(multiple: [4, 4, 4]).box(in: image) == GridBox(lower: [3, 1, 1], upper: [7, 9, 5]))
  }

  @Test func contract() throws {
    for affine in testAffines {
      let subject = rampSubject([9, 8, 7], affine: affine)
      let crop = ForegroundCrop(source: "label", threshold: 2, margin: [1, 0, 2])
      #expect(try checkTransform(crop, on: subject, inverse: .cropped) == [])
    }
  }

  @Test func refusals() throws {
    let background = Subject(image: ScalarImage(voxels: VoxelBuffer(size: [4, 4, 4]), affine: .identity))
    #expect(throws: TransformError.self) { try ForegroundCrop()(background) }
    #expect(throws: TransformError.self) { try ForegroundCrop(source: "absent")(subject()) }
    #expect(throws: TransformError.self) { try ForegroundCrop(margin: [-1, 0, 0])(subject()) }
    #expect(throws: TransformError.self) { try ForegroundCrop(multiple: [0, 1, 1])(subject()) }
  }
}
