import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct DICOMDamageTests {
  private func read(_ bytes: [UInt8]) throws -> ScalarImage {
    try ImageFile.open(FileSource(memory: bytes, name: "x.dcm")).scalarImage()
  }

  /// Sequences in sequences, in every syntax and with both kinds of lengths.
  @Test func nestedSequences() throws {
    for syntax in [DICOMBytes.Syntax.explicit, .implicit, .bigEndian] {
      for isDefined in [true, false] {
        var data = DICOMBytes(syntax)
        data.sequence(
          0x0008_1140, isDefined: isDefined,
          [{ $0.sequence(0x0040_a170, isDefined: !isDefined, [{ $0.text(0x0008_0100, "SH", "x") }]) }])
        data.image(2, 1)
        data.pixels(data.bytes(UInt16(7)) + data.bytes(UInt16(8)))
        #expect(try read(data.file).voxels.elements == [7, 8])
      }
    }
  }

  @Test func everyCutIsRefused() throws {
    var data = DICOMBytes()
    data.sequence(0x0008_1140, [{ $0.text(0x0008_0100, "SH", "xy") }])
    data.image(2, 2)
    data.pixels([1, 0, 2, 0, 3, 0, 4, 0])
    var coded = DICOMBytes(.runLength)
    coded.image(2, 1, bits: 8)
    coded.fragments([
      coded.bytes(UInt32(1)) + coded.bytes(UInt32(64)) + [UInt8](repeating: 0, count: 56) + [1, 5, 6]
    ])
    // The delimiter at the end may be lacking.
    for (whole, end) in [(data.file, data.file.count), (coded.file, coded.file.count - 8)] {
      #expect(throws: Never.self) { try read(whole) }
      for count in 0..<end {
        #expect(throws: ImageError.self, "\(count) of \(whole.count)") {
          try read(Array(whole.prefix(count)))
        }
      }
    }
  }

  @Test func deepNestsNeedNoStack() {
    var data = DICOMBytes()
    var nest: [UInt8] = []
    for _ in 0..<100_000 {
      nest += [8, 0, 0x40, 0x11] + Array("SQ".utf8) + [0, 0, 0xff, 0xff, 0xff, 0xff]
      nest += [0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff]
    }
    data.add(0x0008_1110, "OB", [])
    #expect(throws: ImageError.self) { try read(data.file + nest) }
  }

  @Test func wrongSyntaxes() throws {
    // The head says one way of writing elements, the data set is written in another.
    var data = DICOMBytes(.implicit)
    data.text(0x0008_0060, "CS", "OT")
    data.image(1, 1)
    data.pixels([9, 0])
    var claimed = data.file
    let start = 128 + 4 + 8
    let explicit = Array("1.2.840.10008.1.2\0".utf8)
    #expect(Array(claimed[start..<start + 18]) == explicit)
    claimed.replaceSubrange(start - 2..<start + 18, with: [20, 0] + Array("1.2.840.10008.1.2.1\0".utf8))
    #expect(try read(claimed).voxels.elements == [9])
    // No head at all.
    #expect(try read(data.data).voxels.elements == [9])
  }

  @Test func damagedNumbers() {
    var data = DICOMBytes()
    data.image(1, 1)
    data.text(0x0028_0008, "IS", "1A")
    data.pixels([9, 0])
    let error = #expect(throws: ImageError.self) { try read(data.file) }
    #expect(error?.description.contains("1A") == true)
  }
}
