import DeepMedicine
import Foundation

/// Parts of images, images in memory, and what tells two of them apart.
extension ImageExamples {
  static func readParts(of file: URL, writing other: URL) throws {
    let open = try ImageFile.open(file)
    let slab = try open.stored(GridBox(lower: [0, 0, 10], upper: [40, 44, 14]))  // only these slices are read
    print(describe(slab.header.size), slab.header.affine.origin)

    let bytes = try Data(contentsOf: file)
    let same = try ImageFile.open(FileSource(memory: bytes, name: "scan.nii.gz")).stored()

    let difference = ImageDifference(try open.stored(), same, tolerance: .init(absolute: 1e-3))
    print(difference.isNone, difference.values?.largest ?? 0)
    for loss in ImageFile.losses(of: open.header, writing: other) { print(loss) }
    for doubt in try ImageFindings(file).doubts { print(doubt) }
  }
}
