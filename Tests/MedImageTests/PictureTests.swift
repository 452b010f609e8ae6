import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct PictureTests {
  /// One bright voxel at the patient's right, front and top of a 2×2×2 grid, whatever the voxel order.
  private func image(_ orientation: String) throws -> ScalarImage {
    let code = try Orientation(orientation)
    var columns = [SIMD3<Double>](repeating: .zero, count: 3)
    var bright = GridIndex.zero
    for axis in 0..<3 {
      columns[axis][code.worldAxes[axis]] = code.isPositive[axis] ? 1 : -1
      bright[axis] = code.isPositive[axis] ? 1 : 0
    }
    var voxels = VoxelBuffer<Float>(size: [2, 2, 2])
    voxels[0, bright.x, bright.y, bright.z] = 1
    return ScalarImage(voxels: voxels, affine: Affine(i: columns[0], j: columns[1], k: columns[2]))
  }

  @Test(arguments: ["RAS", "LPS", "PIL", "SRA", "ASL"]) func radiologicalConvention(orientation: String)
    throws
  {
    let image = try image(orientation)
    for plane in AnatomicalPlane.allCases {
      let pictures = try (0..<2).map {
        try SlicePicture.picture(of: image, plane: plane, index: $0, window: 0...1)
      }
      // Right, front and top are all on the left or on top: the bright pixel is the first of one of the slices.
      let bright = pictures.filter { $0[0, 0].red == 255 }
      #expect(bright.count == 1)
      for (x, y) in [(1, 0), (0, 1), (1, 1)] { #expect(bright.first?[x, y].red == 0) }
    }
  }

  @Test func pixelsAreSquareInMillimeters() throws {
    let image = ScalarImage(voxels: VoxelBuffer(size: [10, 20, 5]), affine: Affine(spacing: [1, 2, 4]))
    func size(_ plane: AnatomicalPlane) throws -> [Int] {
      let picture = try SlicePicture.picture(of: image, plane: plane)
      return [picture.width, picture.height]
    }
    #expect(try size(.axial) == [10, 40])
    #expect(try size(.coronal) == [10, 20])
    #expect(try size(.sagittal) == [20, 10])
  }

  @Test func overlayIsColoredAndChecked() throws {
    let image = ScalarImage(voxels: VoxelBuffer(size: [4, 4, 3], repeating: 1), affine: .identity)
    var labels = VoxelBuffer<UInt16>(size: [4, 4, 3])
    labels[0, 1, 1, 2] = 1
    let overlay = LabelMap(voxels: labels, affine: .identity)
    #expect(SlicePicture.bestIndex(of: image, overlay: overlay, plane: .axial) == 2)
    let picture = try SlicePicture.picture(of: image, overlay: overlay, plane: .axial)
    let colored = picture.pixels.indices.filter {
      $0 % 4 == 0 && picture.pixels[$0] != picture.pixels[$0 + 1]
    }
    #expect(colored.count == 1)
    let moved = LabelMap(voxels: labels, affine: .translation([0, 0, 3]))
    let error = #expect(throws: ImageError.self) {
      try SlicePicture.picture(of: image, overlay: moved, plane: .axial)
    }
    #expect(error?.description.contains("3 mm") == true)
    #expect(throws: ImageError.self) { try SlicePicture.picture(of: image, plane: .axial, index: 3) }
  }

  @Test func montages() throws {
    for size in awkwardSizes {
      let image = ScalarImage(voxels: VoxelBuffer(size: size, repeating: .nan), affine: .identity)
      let montage = try SlicePicture.montage(of: image, columns: 3)
      #expect(montage.width > 0 && montage.height > 0)
      #expect(!TerminalPicture.text(montage, columns: 30).isEmpty)
    }
  }

  @Test func pngRoundTrip() throws {
    var picture = Bitmap(width: 5, height: 3)
    picture[4, 2] = Bitmap.Color(9, 9, 9)
    for color in [Bitmap.Color(7, 7, 7), .init(1, 200, 30), .init(1, 2, 3, 128)] {
      picture[1, 1] = color
      #expect(try PNG.decode(PNG.encode(picture)) == picture)
    }
    #expect(throws: ImageError.self) { try PNG.encode(Bitmap(width: 0, height: 3)) }
    #expect(throws: ImageError.self) { try PNG.decode(Data([1, 2, 3])) }
    let data = try PNG.encode(picture)
    #expect(throws: ImageError.self) { try PNG.decode(data.prefix(data.count / 2)) }
  }
}
