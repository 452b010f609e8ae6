import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct DICOMTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func write(_ file: RawDICOM, _ name: String) throws {
    try Data(file.file).write(to: folder.file(name))
  }

  /// Slices at z = 0, 5, 10 whose voxels are 100·z/5 + 0…5, in a misleading order of names.
  func writeStack(_ change: (inout RawDICOM, Int) -> Void = { _, _ in }) throws {
    for k in 0..<3 {
      var file = RawDICOM()
      file.position = [7, 8, Double(5 * k)]
      file.identity = "1.2.3.\(k)"
      file.instance = 3 - k
      file.pixels = (0..<6).map { Int16(100 * k + $0) }
      change(&file, k)
      try write(file, "\(["c", "a", "b"][k]).dcm")
    }
  }

  @Test func slicesAreSortedByPosition() throws {
    try writeStack()
    let image = try ImageFile.read(folder.url)
    #expect(image.header.shape == [3, 2, 3])
    let expected = (0..<3).flatMap { k in (0..<6).map { Int16(100 * k + $0) } }
    #expect(image.voxels == .int16(VoxelBuffer(size: [3, 2, 3], elements: expected)))
    // LPS to RAS; 1 mm between columns, 2 mm between rows.
    #expect(
      image.header.affine == Affine(i: [-1, 0, 0], j: [0, -2, 0], k: [0, 0, 5], origin: [-7, -8, 0]))
    #expect(image.header.notes.isEmpty)
  }

  @Test func rescaling() throws {
    try writeStack { file, _ in (file.slope, file.intercept) = (2, -1024) }
    #expect(try ImageFile.read(folder.url).header.rescale == Rescale(slope: 2, intercept: -1024))
    #expect(try ScalarImage(contentsOf: folder.url).voxels[0, 2, 1, 1] == -1024 + 2 * 105)
    try writeStack { file, k in file.slope = Double(k + 1) }
    let image = try ImageFile.read(folder.url)
    #expect(image.header.type == .float32)
    #expect(image.scalarImage().voxels[0, 2, 1, 2] == 3 * 205)
  }

  @Test func unevenGapsAndCopiesAreReported() throws {
    try writeStack { file, k in if k == 2 { file.position = [7, 8, 20] } }
    try FileManager.default.copyItem(at: folder.file("a.dcm"), to: folder.file("copy.dcm"))
    try Data("no DICOM".utf8).write(to: folder.file("notes.txt"))
    let header = try ImageFile.open(folder.url).header
    #expect(header.shape == [3, 2, 3])
    #expect(header.notes.contains { $0.contains("gaps from 5 to 15 mm") })
    #expect(header.notes.contains { $0.contains("copies") })
  }

  @Test func repeatedPositionsAreATimeAxis() throws {
    for k in 0..<4 {
      var file = RawDICOM()
      file.position = [0, 0, Double(k % 2)]
      file.identity = "1.2.3.\(k)"
      file.instance = k
      file.pixels = (0..<6).map { _ in Int16(k) }
      try write(file, "\(k).dcm")
    }
    let image = try ScalarImage(contentsOf: folder.url)
    #expect(image.channels == 2)
    // Two positions in each of two volumes.
    #expect(image.voxels[0, 0, 0, 0] == 0 && image.voxels[1, 0, 0, 0] == 2)
    #expect(image.voxels[0, 0, 0, 1] == 1 && image.voxels[1, 0, 0, 1] == 3)
    try FileManager.default.removeItem(at: folder.file("3.dcm"))
    let error = #expect(throws: ImageError.self) { try ScalarImage(contentsOf: folder.url) }
    #expect(error?.description.contains("different numbers of images") == true)
  }

  @Test func severalSeriesMustBeChosenFrom() throws {
    try writeStack()
    var other = RawDICOM()
    (other.series, other.identity) = ("9.9", "9.9.1")
    try write(other, "z.dcm")
    let error = #expect(throws: ImageError.self) { try ScalarImage(contentsOf: folder.url) }
    #expect(error?.cause == .usage)
    #expect(error?.description.contains("9.9") == true && error?.description.contains("1.2.3") == true)
    #expect(try ScalarImage(contentsOf: folder.url, options: ReadOptions(series: "9.9")).size == [3, 2, 1])
    #expect(throws: ImageError.self) {
      try ScalarImage(contentsOf: folder.url, options: ReadOptions(series: "7"))
    }
  }

  @Test func unusedBitsAreDropped() throws {
    var file = RawDICOM()
    (file.bitsStored, file.isSigned) = (12, false)
    file.pixels = [0x7001, 0x0fff, 2, 3, 4, 5]
    try write(file, "bits.dcm")
    #expect(try ScalarImage(contentsOf: folder.file("bits.dcm")).voxels.elements == [1, 4095, 2, 3, 4, 5])
    file.isSigned = true
    try write(file, "bits.dcm")
    #expect(try ScalarImage(contentsOf: folder.file("bits.dcm")).voxels.elements == [1, -1, 2, 3, 4, 5])
  }

  @Test func imagesWithoutPositions() throws {
    var file = RawDICOM()
    file.position = nil
    file.photometric = "MONOCHROME1"
    try write(file, "x.dcm")
    let header = try ImageFile.open(folder.file("x.dcm")).header
    #expect(!header.hasGeometry)
    #expect(header.notes.contains { $0.contains("MONOCHROME1") })
  }

  #if os(Linux)
    /// A folder may hold thousands of damaged files: none of them stays open.
    @Test func damagedFilesAreClosed() throws {
      let file = try folder.file(
        "short.dcm", containing: [UInt8](repeating: 0, count: 128) + Array("DICM".utf8))
      func openFiles() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      }
      let before = try openFiles()
      for _ in 0..<400 {
        #expect(throws: ImageError.self) { try ImageFile.open(file) }
      }
      // Other tests open files meanwhile.
      #expect(try openFiles() < before + 200)
    }
  #endif

  @Test func damagedFilesAreRefused() throws {
    let whole = RawDICOM().file
    for count in stride(from: 132, to: whole.count - 1, by: 3) {
      let url = try folder.file("cut.dcm", containing: Array(whole.prefix(count)))
      #expect(throws: ImageError.self, "\(count) of \(whole.count) bytes") {
        try ScalarImage(contentsOf: url)
      }
    }
    var huge = RawDICOM()
    (huge.rows, huge.columns) = (65535, 65535)
    try write(huge, "huge.dcm")
    #expect(throws: ImageError.self) { try ScalarImage(contentsOf: folder.file("huge.dcm")) }
  }

  @Test func emptyFolders() throws {
    let error = #expect(throws: ImageError.self) { try ScalarImage(contentsOf: folder.url) }
    #expect(error?.description.contains("no DICOM images") == true)
  }
}

extension DICOMTests {
  @Test func slicesKnowTheirFiles() throws {
    try writeStack()
    let series = try #require(try DICOM.series(in: folder.url).first)
    let slices = try series.slices()
    #expect(slices.map(\.identity) == ["1.2.3.0", "1.2.3.1", "1.2.3.2"])
    #expect(slices.map { $0.file.lastPathComponent } == ["c.dcm", "a.dcm", "b.dcm"])
    #expect(slices.map(\.k) == [0, 1, 2])
    #expect(slices.map(\.position) == [[-7, -8, 0], [-7, -8, 5], [-7, -8, 10]])
    #expect(slices.allSatisfy { $0.frame == 0 && $0.repetition == 0 })
    #expect(series.modality == "CT")
  }
}
