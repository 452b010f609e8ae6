import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct FileOutputTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func replacesWhole() throws {
    let url = folder.file("a.bin")
    try FileOutput.write([1, 2, 3], to: url)
    try FileOutput.write([4], to: url)
    #expect(try Data(contentsOf: url) == Data([4]))
    #expect(try folder.names == ["a.bin"])
  }

  @Test func failureLeavesTheOldFile() throws {
    let url = folder.file("a.bin")
    try FileOutput.write([1, 2, 3], to: url)
    #expect(throws: ImageError.self) {
      try FileOutput.write(to: url) { writer throws(ImageError) in
        try [UInt8](repeating: 0, count: 100).withUnsafeBufferPointer { bytes throws(ImageError) in
          try writer.append(UnsafeRawBufferPointer(bytes))
        }
        throw ImageError("interrupted")
      }
    }
    #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
    #expect(try folder.names == ["a.bin"])
  }

  @Test func targetsThatCannotBe() throws {
    for url in [folder.url, folder.file("missing/a.bin")] {
      let error = #expect(throws: ImageError.self) { try FileOutput.write([1], to: url) }
      #expect(error?.cause == .environment)
      #expect(error?.description.contains(url.path) == true)
    }
    #expect(try folder.names.isEmpty)
  }

}
