import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct ImageCommandTests {
  /// A scan as int16 with values of the whole range.
  private func scan(_ folder: TemporaryFolder) throws -> (url: URL, image: ScalarImage) {
    let values: [Float] = (0..<120).map {
      [-32768, 32767, -1, 0, 257][$0 % 5] + Float($0 % 5 == 1 ? -$0 : $0)
    }
    let voxels = VoxelBuffer<Float>(size: [6, 5, 4]) { target in
      for (index, value) in values.enumerated() { target[index] = value }
    }
    let image = ScalarImage(voxels: voxels, affine: ToyDataset.affine)
    let url = folder.file("scan.nii.gz")
    try image.write(to: url, options: WriteOptions(type: .int16))
    return (url, image)
  }

  @Test func information() throws {
    let folder = try TemporaryFolder()
    let (url, _) = try scan(folder)
    let text = try deepmed("image", "info", url.path)
    expectSuccess(text)
    for part in ["6×5×4", "1×1.5×2 mm", "LAS", "int16", "-32768 … "] {
      #expect(text.output.contains(part), "\(part)")
    }
    let json = try deepmed("image", "info", "--json", url.path)
    let facts = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(facts["size"] as? [Int] == [6, 5, 4])
    #expect(facts["dataType"] as? String == "int16")
    #expect((facts["intensities"] as? [String: Any])?["minimum"] as? Double == -32768)
    #expect(!(try deepmed("image", "info", "--header-only", url.path)).output.contains("percentiles"))
  }

  @Test func conversionKeepsStoredValues() throws {
    let folder = try TemporaryFolder()
    let (url, image) = try scan(folder)
    for name in ["copy.nii", "copy.nii.gz", "copy.img"] {
      let outcome = try deepmed("image", "convert", url.path, folder.file(name).path)
      expectSuccess(outcome)
      #expect(outcome.output.contains("int16"))
      let copy = try ImageFile.open(folder.file(name))
      #expect(copy.header.type == .int16 && copy.header.rescale.slope == 1)
      let voxels = try copy.scalarImage()
      #expect(voxels.voxels.elements == image.voxels.elements)
      #expect(voxels.grid.difference(from: image.grid) == nil)
    }
    expect(
      try deepmed("image", "convert", url.path, folder.file("copy.xyz").path), fails: 64,
      saying: folder.file("copy.xyz").path)
    expect(
      try deepmed("image", "convert", url.path, folder.file("copy.nii/copy.nii").path), fails: 1,
      saying: folder.file("copy.nii/copy.nii").path)
    #expect(try folder.names == ["copy.hdr", "copy.img", "copy.nii", "copy.nii.gz", "scan.nii.gz"])
  }

  @Test func pictures() throws {
    let folder = try TemporaryFolder()
    let (image, labels) = ToyDataset.scan(0)
    let (scan, map) = (folder.file("scan.nii.gz"), folder.file("labels.nii.gz"))
    try image.write(to: scan)
    try labels.write(to: map)
    let picture = folder.file("montage.png")
    expectSuccess(
      try deepmed("image", "view", scan.path, "--overlay", map.path, "-o", picture.path, "--height", "64"))
    let bytes = try Data(contentsOf: picture)
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) && bytes.count > 1000)
    expect(try deepmed("image", "view", scan.path), fails: 64, saying: "-o")
    // Labels of another scan.
    let other = folder.file("other.nii.gz")
    try LabelMap(voxels: VoxelBuffer(size: [5, 5, 5]), affine: ToyDataset.affine).write(to: other)
    expect(
      try deepmed("image", "view", scan.path, "--overlay", other.path, "-o", folder.file("no.png").path),
      fails: 65,
      saying: "5×5×5")
    #expect(!FileManager.default.fileExists(atPath: folder.file("no.png").path))
  }

  /// GDCM tells failed assertions, such as about 9 samples in a pixel, to standard error; users get one message of ours.
  @Test func damagedDICOMIsToldInOurWords() throws {
    let folder = try TemporaryFolder()
    func short(_ group: UInt8, _ element: UInt8, _ value: UInt8) -> [UInt8] {
      [group, 0, element, 0] + Array("US".utf8) + [2, 0, value, 0]
    }
    let syntax = [2, 0, 0x10, 0] + Array("UI".utf8) + [20, 0] + Array("1.2.840.10008.1.2.1\0".utf8)
    let bytes =
      [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + [2, 0, 0, 0] + Array("UL".utf8)
      + [4, 0, UInt8(syntax.count), 0, 0, 0] + syntax + short(0x28, 2, 9) + short(0x28, 0x10, 2)
      + short(0x28, 0x11, 2) + [0x28, 0, 0, 1] + Array("US".utf8) + [2, 0, 16, 0]
      + [0xe0, 0x7f, 0x10, 0] + Array("OW".utf8) + [0, 0, 8, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0]
    let outcome = try deepmed("image", "info", folder.file("scan.dcm", containing: bytes).path)
    expect(outcome, fails: 65, saying: "scan.dcm")
    #expect(!outcome.error.contains("Assert"), "\(outcome.error)")
  }

  @Test func fullDisk() throws {
    let folder = try TemporaryFolder()
    var random = RandomStream(seed: 1)
    var voxels = VoxelBuffer<Float>(size: [40, 40, 40])
    for k in 0..<40 { for j in 0..<40 { for i in 0..<40 { voxels[0, i, j, k] = Float(random.normal()) } } }
    let scan = folder.file("scan.nii")
    try ScalarImage(voxels: voxels, affine: .identity).write(to: scan)
    for name in ["copy.nii", "copy.nii.gz"] {
      expect(
        try deepmed(onDiskOf: 16, "image", "convert", scan.path, folder.file(name).path), fails: 1,
        saying: folder.file(name).path)
    }
    #expect(try folder.names == ["scan.nii"])
    // What can't be printed is not success either.
    #if os(Linux)
      let outcome = try RunningProgram(
        URL(filePath: "/bin/bash"),
        ["-c", "exec \"$0\" \"$@\" > /dev/full", program("deepmed").path, "image", "info", scan.path]
      ).wait()
      expect(outcome, fails: 1, saying: "standard output")
    #endif
  }

  /// Claims of a header cost nothing until the file backs them.
  @Test func hugeClaims() throws {
    let folder = try TemporaryFolder()
    func put<Value>(_ value: Value, _ offset: Int, _ bytes: inout [UInt8]) {
      withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }
    var header = [UInt8](repeating: 0, count: 544)
    put(Int32(540).littleEndian, 0, &header)
    header.replaceSubrange(4..<12, with: Array("n+2\0\r\n".utf8) + [0x1A, 0x0A])
    put(Int16(16).littleEndian, 12, &header)
    put(Int16(32).littleEndian, 14, &header)
    for (index, value) in [Int64(3), 32768, 32768, 32768, 1, 1, 1, 1].enumerated() {
      put(value.littleEndian, 16 + 8 * index, &header)
      put(Double(1).bitPattern.littleEndian, 104 + 8 * index, &header)
    }
    put(Int64(544).littleEndian, 168, &header)
    let file = try folder.file("huge.nii", containing: header + [UInt8](repeating: 0, count: 1000))
    let before = ContinuousClock.now
    for arguments in [["image", "info"], ["image", "info", "--json"]] {
      let outcome = try RunningProgram(program("deepmed"), arguments + [file.path]).wait()
      expect(outcome, fails: 65, saying: file.path)
    }
    expect(
      try deepmed("image", "convert", file.path, folder.file("out.nii").path), fails: 65, saying: file.path)
    #expect(ContinuousClock.now - before < .seconds(60))
    #expect(try folder.names == ["huge.nii"])
    let junk = try folder.file("junk.nii", containing: Array("junk".utf8))
    expect(try deepmed("image", "info", junk.path), fails: 65, saying: junk.path)
    expect(try deepmed("image", "info", folder.file("absent.nii").path), fails: 65, saying: "no such file")
  }
}
