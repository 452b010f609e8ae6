import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// Files that lie. Each one is refused with an error that names it; nothing crashes or takes memory that the
/// file's size does not justify.
@Suite struct BadInputTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func refused(
    _ bytes: [UInt8], _ words: String..., name: String = "bad.nii",
    location: SourceLocation = #_sourceLocation
  ) throws {
    let url = try folder.file(name, containing: bytes)
    let error = #expect(throws: ImageError.self, sourceLocation: location) {
      try ScalarImage(contentsOf: url)
    }
    let text = error?.description ?? ""
    for word in words + [name] {
      #expect(text.contains(word), "“\(word)” in “\(text)”", sourceLocation: location)
    }
    #expect(error?.cause == .data, sourceLocation: location)
  }

  @Test func truncation() throws {
    let whole = RawNIfTI.counting().file
    for count in [0, 1, 2, 100, 347, 348, 352, 353, whole.count - 1] {
      try refused(Array(whole.prefix(count)))
    }
    try refused(Array(whole.prefix(400)), "claims 472 bytes", "holds 400")
  }

  @Test func hugeClaims() throws {
    var file = RawNIfTI.counting()
    file.dims = [3, 32767, 32767, 32767, 1, 1, 1, 1]
    try refused(file.file, "claims")
    file.dims = [7, 32767, 32767, 32767, 32767, 32767, 32767, 32767]
    try refused(file.file, "more than any file holds")
    // Under gzip the content's length is not known beforehand, but bounded.
    let url = folder.file("a.nii.gz")
    try ScalarImage(voxels: VoxelBuffer(size: [4, 4, 4]), affine: .identity).write(to: url)
    var packed = [UInt8](try Data(contentsOf: url))
    try refused(Array(packed.prefix(packed.count / 2)), name: "half.nii.gz")
    packed[packed.count - 12] ^= 0x40
    try refused(packed, "damaged", name: "corrupt.nii.gz")
  }

  /// NIfTI-2 counts in 64 bits: no sum or difference of what a header claims may overflow.
  @Test func extremeClaimsOfNIfTI2() throws {
    let url = folder.file("a.nii")
    try NIfTI.write(
      StoredImage(LabelMap(voxels: VoxelBuffer(size: [40_000, 1, 1]), affine: .identity)), to: url)
    let whole = [UInt8](try Data(contentsOf: url))
    #expect(RawNIfTI.bytes(Int32(540), false) == Array(whole[0..<4]))
    for value in [Int64.min, .min + 1, -1, .max - 1, .max] {
      // dim[0], dim[1], dim[3], vox_offset; with a geometry, and with one made up of size and spacing.
      for place in [16, 24, 40, 168] {
        for form in [1, 0] as [UInt8] {
          var bytes = whole
          bytes.replaceSubrange(place..<place + 8, with: RawNIfTI.bytes(value, false))
          (bytes[344], bytes[348]) = (form, form)
          try refused(bytes)
        }
      }
    }
  }

  @Test func headersThatMakeNoSense() throws {
    var file = RawNIfTI.counting()
    file.dims[2] = -4
    try refused(file.file, "at least 1 voxel")
    file = .counting()
    file.dims[0] = 9
    try refused(file.file, "1 to 7 axes")
    file = .counting()
    file.srow[5] = .nan
    try refused(file.file, "sform")
    file = .counting()
    (file.sformCode, file.qformCode, file.pixdim[2]) = (0, 1, 0)
    try refused(file.file, "qform")
    file.qformCode = 0
    try refused(file.file, "spacing")
    for offset in [Float(1e9), -5, 8, .nan, .infinity] {
      file = .counting()
      file.voxOffset = offset
      try refused(file.file)
    }
    for (code, name) in [
      (Int16(1536), "float128"), (2048, "complex256"), (1, "single bits"), (77, "no type"),
    ] {
      file = .counting()
      file.datatype = code
      try refused(file.file, name)
    }
    file = .counting()
    file.magic = "xyz"
    try refused(file.file)
    // All problems at once.
    file = .counting()
    (file.dims[0], file.datatype) = (0, 1536)
    try refused(file.file, "2 problems", "1 to 7 axes", "float128")
  }

  @Test func namesThatLie() throws {
    let image = ScalarImage(voxels: VoxelBuffer(size: [4, 5, 6], repeating: 3), affine: .identity)
    try image.write(to: folder.file("a.nii.gz"))
    try image.write(to: folder.file("b.nii"))
    try FileManager.default.moveItem(at: folder.file("a.nii.gz"), to: folder.file("packed.nii"))
    try FileManager.default.moveItem(at: folder.file("b.nii"), to: folder.file("plain.nii.gz"))
    try FileManager.default.copyItem(at: folder.file("plain.nii.gz"), to: folder.file("nothing"))
    for name in ["packed.nii", "plain.nii.gz", "nothing"] {
      #expect(try ScalarImage(contentsOf: folder.file(name)).voxels == image.voxels)
    }
    try refused(Array("plain text, no image".utf8), "known image format", name: "notes.txt")
  }

  @Test func notFiniteVoxelsPass() throws {
    let image = ScalarImage(
      voxels: VoxelBuffer(size: [3, 1, 1], elements: [.nan, .infinity, 1]), affine: .identity)
    try image.write(to: folder.file("n.nii"))
    let back = try ScalarImage(contentsOf: folder.file("n.nii")).voxels.elements
    #expect(back[0].isNaN && back[1] == .infinity && back[2] == 1)
    let error = #expect(throws: ImageError.self) { try LabelMap(contentsOf: folder.file("n.nii")) }
    #expect(error?.description.contains("voxel (0, 0, 0)") == true)
  }

  @Test func missingFiles() throws {
    let error = #expect(throws: ImageError.self) { try ScalarImage(contentsOf: folder.file("none.nii")) }
    #expect(error?.description.contains("none.nii") == true)
    #expect(throws: ImageError.self) { try ScalarImage(contentsOf: URL(fileURLWithPath: "/dev/null")) }
  }

  @Test func longerContentThanClaimedIsRead() throws {
    var file = RawNIfTI.counting()
    file.voxels += [UInt8](repeating: 7, count: 1000)
    #expect(
      try ScalarImage(contentsOf: folder.file("l.nii", containing: file.file)).voxels.elements.last == 59)
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 5)
    let url = folder.file("a.nii.gz")
    try ScalarImage(voxels: VoxelBuffer(size: [5, 4, 3], repeating: 2), affine: .identity).write(to: url)
    let packed = [UInt8](try Data(contentsOf: url))
    let mgh = RawMGH().file
    let dicom = RawDICOM().file
    for whole in [RawNIfTI.counting().file, packed, mgh, dicom] {
      for _ in 0..<60 {
        let bytes = random.damaged(whole)
        _ = try? ScalarImage(contentsOf: folder.file("x.bin", containing: bytes))
      }
    }
  }
}
