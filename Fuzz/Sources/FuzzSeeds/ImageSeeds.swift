import Foundation
import MedDataset
import MedImage
import MedVoxel

/// Small image files of every kind, made by the project itself.
enum ImageSeeds {
  static func write(to folder: URL) throws {
    try nifti(folder.appendingPathComponent("NIfTI"))
    try mgh(folder.appendingPathComponent("MGH"))
    try written(folder.appendingPathComponent("MetaImage"), "mha")
    try written(folder.appendingPathComponent("NRRD"), "nrrd")
    try written(folder.appendingPathComponent("NumPy"), "npy")
    try written(folder.appendingPathComponent("NPZ"), "npz")
    try VolumeSeeds.write(to: folder)
    try dicom(folder.appendingPathComponent("DICOM"))
    try DICOMSeeds.write(
      to: folder.appendingPathComponent("DICOM"), slides: folder.appendingPathComponent("Slide"))
    try ObjectSeeds.write(to: folder.appendingPathComponent("DICOMObjects"))
    let pictures = folder.appendingPathComponent("PNG")
    try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
    try PNG.write(Bitmap(width: 5, height: 3), to: pictures.appendingPathComponent("seed.png"))
    try rasters(folder.appendingPathComponent("Raster"))
    try slides(folder)
    try video(folder.appendingPathComponent("AVI"))
    try annotations(folder.appendingPathComponent("LIDC"))
  }

  private static func rasters(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let gray = VoxelBuffer<UInt16>(size: [5, 4, 1], elements: Array(0..<20))
    let image = StoredImage(LabelMap(voxels: gray, affine: .identity))
    for (name, format) in [("a.png", Raster.Format.png), ("a.tif", .tiff)] {
      try Data(Raster.encode(image, as: format)).write(to: folder.appendingPathComponent(name))
    }
    let bytes = StoredImage(
      header: ImageHeader(format: "memory", shape: [5, 4, 1], type: .uint8, affine: .identity),
      voxels: .uint8(VoxelBuffer(size: [5, 4, 1], repeating: 90)))
    try Data(Raster.encode(bytes, as: .jpeg, quality: 90)).write(to: folder.appendingPathComponent("a.jpg"))
    // Two by one pixels of 24 bits.
    let bmp: [UInt8] =
      Array("BM".utf8) + [
        62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0,
      ]
      + [UInt8](repeating: 0, count: 24) + [1, 2, 3, 4, 5, 6, 0, 0]
    try Data(bmp).write(to: folder.appendingPathComponent("a.bmp"))
    try Data("P2 2 2 255 1 2 3 4\n".utf8).write(to: folder.appendingPathComponent("a.pgm"))
    // Two colors, two by two pixels.
    let gif: [UInt8] =
      Array("GIF87a".utf8) + [2, 0, 2, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
      + [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x02, 0x05, 0, 0x3B]
    try Data(gif).write(to: folder.appendingPathComponent("a.gif"))
  }

  /// Stacks in strips and tiles, which are slides of one level too.
  private static func slides(_ folder: URL) throws {
    let colors = VoxelBuffer<UInt8>(channels: 3, size: [40, 36, 1], repeating: 90)
    var header = ImageHeader(
      format: "memory", shape: [40, 36, 1], components: .rgb, type: .uint8, affine: .identity)
    let picture = StoredImage(header: header, voxels: .uint8(colors))
    header.components = .scalar
    header.shape = [40, 36, 3]
    let stack = StoredImage(
      header: header, voxels: .uint8(VoxelBuffer(size: [40, 36, 3], repeating: 90)))
    for target in ["TIFF", "Slide"] {
      let place = folder.appendingPathComponent(target)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for (name, image) in [("colors", picture), ("stack", stack)] {
        try ImageFile.write(image, to: place.appendingPathComponent("\(name).tif"))
        try ImageFile.write(
          image, to: place.appendingPathComponent("\(name)-tiled.tif"), options: WriteOptions(tile: 16))
        try Data(Raster.encode(image, as: .tiff, isCompressed: false))
          .write(to: place.appendingPathComponent("\(name)-plain.tif"))
      }
    }
  }

  /// Two plain frames of two by two pixels.
  private static func video(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
      Array(name.utf8) + number(content.count) + content
    }
    let zeros = [UInt8](repeating: 0, count: 64)
    let head = Array("vids".utf8) + zeros[..<16] + number(1) + number(25) + zeros[..<28]
    let format = number(40) + number(2) + number(2) + [1, 0, 24, 0] + zeros[..<24]
    let stream = Array("strl".utf8) + chunk("strh", Array(head)) + chunk("strf", Array(format))
    let top = Array("hdrl".utf8) + chunk("avih", Array(zeros[..<56])) + chunk("LIST", stream)
    let frame = chunk("00db", [UInt8](0..<16))
    let bytes = Array("AVI ".utf8) + chunk("LIST", top) + chunk("LIST", Array("movi".utf8) + frame + frame)
    try Data(chunk("RIFF", bytes)).write(to: folder.appendingPathComponent("plain.avi"))
  }

  /// The annotations of a synthetic scan, whole and cut to their first nodules.
  private static func annotations(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("seed-\(UUID())")
    defer { try? FileManager.default.removeItem(at: root) }
    try LIDC().mimic(to: root, cases: 1)
    let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    for name in names.filter({ $0.hasSuffix(".xml") }).sorted() {
      let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
      let file = URL(fileURLWithPath: name).lastPathComponent
      try Data(text.utf8).write(to: folder.appendingPathComponent(file))
      guard let end = text.range(of: "</readingSession>")?.upperBound else { continue }
      let short = text[..<end].replacingOccurrences(of: "\n", with: "") + "</LidcReadMessage>"
      try Data(short.utf8).write(to: folder.appendingPathComponent("short-" + file))
    }
  }

  private static func nifti(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let image = ScalarImage(
      voxels: VoxelBuffer(channels: 2, size: [3, 2, 2], repeating: 3), affine: Affine(spacing: [1, 2, 3]))
    for type in VoxelType.allCases {
      try image.write(to: folder.appendingPathComponent("\(type).nii"), options: WriteOptions(type: type))
    }
    try image.write(to: folder.appendingPathComponent("packed.nii.gz"))
    var stored = StoredImage(image)
    stored.header.extensions = [.init(code: 6, content: Array("note".utf8))]
    try ImageFile.write(stored, to: folder.appendingPathComponent("extension.nii"))
    let long = ScalarImage(voxels: VoxelBuffer(size: [33_000, 1, 1]), affine: .identity)
    try long.write(to: folder.appendingPathComponent("two.nii.gz"))
  }

  /// A small image, plain and packed, with and without channels.
  private static func written(_ folder: URL, _ suffix: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for channels in [1, 3] {
      let image = ScalarImage(voxels: VoxelBuffer(channels: channels, size: [3, 2, 2]), affine: .identity)
      for level in [GzipWriter.Level.none, .fast] {
        let url = folder.appendingPathComponent("\(channels)-\(level).\(suffix)")
        try image.write(to: url, options: WriteOptions(type: .int16, compression: level))
      }
    }
  }

  private static func mgh(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var bytes: [UInt8] = []
    func put<T: FixedWidthInteger>(_ value: T) { withUnsafeBytes(of: value.bigEndian) { bytes += $0 } }
    for value: Int32 in [1, 2, 2, 2, 1, 0, 0] { put(value) }
    put(Int16(1))
    for value: Float in [1, 2, 3, -1, 0, 0, 0, 0, -1, 0, 1, 0, 10, 20, 30] { put(value.bitPattern) }
    bytes += [UInt8](repeating: 0, count: 284 - bytes.count) + [1, 2, 3, 4, 5, 6, 7, 8]
    try Data(bytes).write(to: folder.appendingPathComponent("a.mgh"))
  }

  /// Two by two pixels, explicit VR.
  private static func dicom(_ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func short(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
    func element(_ group: Int, _ number: Int, _ vr: String, _ value: [UInt8]) -> [UInt8] {
      let length = vr == "OW" ? [0, 0] + short(value.count) + [0, 0] : short(value.count)
      return short(group) + short(number) + Array(vr.utf8) + length + value
    }
    func text(_ value: String) -> [UInt8] { Array(value.utf8) + (value.utf8.count % 2 == 0 ? [] : [32]) }
    let syntax = element(2, 0x10, "UI", Array("1.2.840.10008.1.2.1".utf8) + [0])
    var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
    bytes += element(2, 0, "UL", short(syntax.count) + [0, 0]) + syntax
    bytes += element(8, 0x60, "CS", text("MR")) + element(0x20, 0xe, "UI", text("1.2"))
    bytes += element(0x20, 0x32, "DS", text("1\\2\\3")) + element(0x20, 0x37, "DS", text("1\\0\\0\\0\\1\\0"))
    bytes += element(0x28, 2, "US", short(1)) + element(0x28, 4, "CS", text("MONOCHROME2"))
    bytes += element(0x28, 0x10, "US", short(2)) + element(0x28, 0x11, "US", short(2))
    bytes += element(0x28, 0x30, "DS", text("1\\1")) + element(0x28, 0x100, "US", short(16))
    bytes += element(0x28, 0x101, "US", short(12)) + element(0x28, 0x102, "US", short(11))
    bytes += element(0x28, 0x103, "US", short(0)) + element(0x28, 0x1053, "DS", text("2"))
    bytes += element(0x7fe0, 0x10, "OW", [1, 0, 2, 0, 3, 0, 4, 0])
    try Data(bytes).write(to: folder.appendingPathComponent("a.dcm"))
  }
}
