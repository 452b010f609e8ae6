import DeepMedicine
import Foundation

/// The code of the guide to images.
enum ImageExamples {
  static func run(in folder: URL) throws {
    let file = folder.appending(path: "scan.nii.gz")
    try write(SampleData.scan(), to: file)
    try read(file)
    try readParts(of: file, writing: folder.appending(path: "scan.mha"))
    try draw(file, SampleData.labels, to: folder.appending(path: "montage.png"))
    let square = Contour(
      [[1, 1, 0], [6, 1, 0], [6, 6, 0], [1, 6, 0]], label: "lesion", slice: SliceReference(index: 2))
    var drawing = Annotations(format: "by hand", frame: .pixels(.corners))
    drawing.contours = [square]
    let contours = folder.appending(path: "contours.geojson")
    try AnnotationFile.write(drawing, to: contours)
    try fill(contours, on: ScalarImage(contentsOf: file))
    buildByHand()
  }

  static func read(_ file: URL) throws {
    let open = try ImageFile.open(file)  // the header alone
    print(open.header.format, describe(open.header.size), open.header.affine.orientation)

    let scan = try open.scalarImage()  // the voxels as real values, Float
    let middle = scan.affine([19.5, 21.5, 17.5])  // voxel index → millimeters, RAS+
    print(describe(scan.affine.spacing), "mm; the middle lies at", middle)
  }

  static func write(_ scan: ScalarImage, to file: URL) throws {
    try scan.write(to: file, options: WriteOptions(type: .int16, compression: .balanced))
  }

  static func convert(_ folder: URL, to file: URL) throws {
    for series in try DICOM.series(in: folder) { print(series.name) }
    let stored = try ImageFile.read(folder)  // stored values in their own type
    try ImageFile.write(stored, to: file)
  }

  static func draw(_ file: URL, _ labels: LabelMap, to picture: URL) throws {
    let scan = try ScalarImage(contentsOf: file)
    let montage = try SlicePicture.montage(of: scan, overlay: labels, columns: 4)
    try PNG.write(montage, to: picture)
  }

  static func fill(_ file: URL, on scan: ScalarImage) throws {
    let drawn = try AnnotationFile.open(file)
    print(drawn.format, drawn.frame, drawn.contours.count, "contours", drawn.points.count, "points")

    let filled = try drawn.contourSet().labelMap(
      on: scan.grid, options: FillOptions(rule: .evenOdd, outline: drawn.outlineRule))
    for item in filled.classes { print(item.number, item.name) }
    for note in filled.notes { print(note) }

    let outlines = filled.labels.contours(.midpoints)
    print(outlines.contours.map { $0.simplified(tolerance: 0.5).points.count })
  }

  static func buildByHand() {
    var voxels = VoxelBuffer<Float>(channels: 2, size: [64, 64, 40])  // zeros, [C, I, J, K]
    voxels[1, 32, 32, 20] = 100  // channel, i, j, k
    let affine = Affine(spacing: [1, 1, 1.5], origin: [-31.5, -31.5, -29.25])
    let image = ScalarImage(voxels: voxels, affine: affine)
    print(image.channels, "channels,", image.affine.orientation)
  }
}
