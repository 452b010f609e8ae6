import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct ImageRegionTests {
  static let boxes = [
    GridBox(lower: [0, 0, 0], upper: [3, 4, 5]), GridBox(lower: [1, 2, 3], upper: [2, 3, 4]),
    GridBox(lower: [0, 1, 4], upper: [3, 4, 5]), GridBox(lower: [2, 0, 0], upper: [3, 4, 2]),
  ]

  /// The part of a whole image, voxel by voxel.
  private func check(_ image: OpenImage, _ box: GridBox, channels: Range<Int>) throws {
    let whole = try image.scalarImage()
    let part = try image.stored(box, channels: channels)
    let found = part.scalarImage()
    #expect(found.size == box.size && found.channels == channels.count)
    #expect(
      part.header.affine.origin
        == whole.affine([Double(box.lower.x), Double(box.lower.y), Double(box.lower.z)]))
    for c in channels {
      for k in 0..<box.size.z {
        for j in 0..<box.size.y {
          for i in 0..<box.size.x {
            #expect(
              found.voxels[c - channels.lowerBound, i, j, k]
                == whole.voxels[c, box.lower.x + i, box.lower.y + j, box.lower.z + k])
          }
        }
      }
    }
  }

  @Test(arguments: boxes, [false, true]) func plainFilesAndMemory(_ box: GridBox, isBigEndian: Bool) throws {
    let bytes = RawNIfTI.counting(isBigEndian: isBigEndian).file
    try check(ImageFile.open(FileSource(memory: bytes, name: "a.nii")), box, channels: 0..<1)
    let folder = try TemporaryFolder()
    try check(ImageFile.open(folder.file("a.nii", containing: bytes)), box, channels: 0..<1)
  }

  @Test(arguments: boxes) func timePointsUnderGzip(_ box: GridBox) throws {
    let folder = try TemporaryFolder()
    let url = folder.file("a.nii.gz")
    let image = try ImageFile.open(
      FileSource(memory: RawNIfTI.counting([4, 3, 4, 5, 3, 1, 1, 1]).file, name: "a.nii"))
    try ImageFile.write(image.stored(), to: url)
    try check(ImageFile.open(url), box, channels: 1..<3)
    try check(ImageFile.open(url), box, channels: 0..<3)
  }

  @Test(arguments: boxes) func colors(_ box: GridBox) throws {
    var file = RawNIfTI.counting([4, 3, 4, 5, 2, 1, 1, 1])
    (file.datatype, file.bitpix) = (128, 24)
    file.voxels = (0..<360).map { UInt8(truncatingIfNeeded: $0) }
    let image = try ImageFile.open(FileSource(memory: file.file, name: "a.nii"))
    try check(image, box, channels: 3..<6)
    #expect(throws: ImageError.self) { try image.stored(box, channels: 1..<3) }
  }

  /// A format without a way of its own.
  @Test(arguments: boxes) func text(_ box: GridBox) throws {
    let header = "NRRD0004\ntype: short\ndimension: 3\nsizes: 3 4 5\nencoding: text\n\n"
    let text = header + (0..<60).map { "\($0 * 7)" }.joined(separator: " ") + "\n"
    try check(ImageFile.open(FileSource(memory: text.utf8, name: "a.nrrd")), box, channels: 0..<1)
  }

  @Test func outsideIsRefused() throws {
    let image = try ImageFile.open(FileSource(memory: RawNIfTI.counting().file, name: "a.nii"))
    for box in [
      GridBox(lower: [0, 0, 0], upper: [4, 4, 5]), GridBox(lower: [-1, 0, 0], upper: [3, 4, 5]),
      GridBox(lower: [1, 1, 1], upper: [1, 2, 2]),
    ] {
      #expect { try image.stored(box) } throws: { ($0 as? ImageError)?.cause == .usage }
    }
    #expect(throws: ImageError.self) { try image.stored(GridBox(size: [3, 4, 5]), channels: 0..<2) }
  }

  @Test func memoryHasNoFilesBesideIt() throws {
    let header =
      "ObjectType = Image\nNDims = 3\nDimSize = 1 1 1\nElementType = MET_UCHAR\nElementDataFile = a.raw\n"
    #expect { try ImageFile.open(FileSource(memory: header.utf8, name: "a.mhd")) } throws: {
      "\($0)".contains("nothing lies beside")
    }
  }
}
