import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct DICOMSourceTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func slice(_ k: Int) -> [UInt8] {
    var file = RawDICOM()
    (file.position, file.identity, file.instance) = ([0, 0, Double(k)], "1.2.\(k)", k)
    return file.file
  }

  private func directory(_ names: [String]) -> [UInt8] {
    var data = DICOMBytes()
    data.text(0x0002_0002, "UI", "1.2.840.10008.1.3.10")
    data.text(0x0004_1130, "CS", "SET")
    data.sequence(0x0004_1220, isDefined: true, names.map { name in { $0.text(0x0004_1500, "CS", name) } })
    return data.file
  }

  @Test func directoriesListFiles() throws {
    let inside = try folder.folder("images")
    for k in 0..<2 { try Data(slice(k)).write(to: inside.appending(path: "im\(k)")) }
    try Data(slice(7)).write(to: inside.appending(path: "unlisted"))
    // Media have names in capitals.
    let url = try folder.file(
      "DICOMDIR", containing: directory(["IMAGES\\IM0", "IMAGES\\IM1", "IMAGES\\MISSING", "IMAGES\\IM0"]))
    #expect(try ImageFile.read(url).header.shape == [3, 2, 2])
    #expect(try DICOM.series(in: url).map(\.files.count) == [2])
  }

  @Test func directoriesDontLeadOut() throws {
    for name in ["..\\secret", "\\etc\\passwd"] {
      let url = try folder.file("DICOMDIR", containing: directory([name]))
      #expect(throws: ImageError.self) { try ImageFile.open(url) }
    }
  }

  @Test func archives() throws {
    var zip = RawZip()
    for k in 0..<3 { zip.add("study/\(k)", slice(k)) }
    zip.add("study/readme.txt", Array("no image".utf8))
    let url = try folder.file("study.zip", containing: zip.file)
    #expect(try ImageFile.read(url).header.shape == [3, 2, 3])
    #expect(try DICOM.series(in: url).count == 1)
  }

  @Test func archivesOfOneImage() throws {
    var zip = RawZip()
    zip.add("scan.nii", RawNIfTI.counting().file)
    let url = try folder.file("scan.zip", containing: zip.file)
    #expect(try ImageFile.read(url).header.format.hasPrefix("NIfTI"))
    zip.add("other.nii", RawNIfTI.counting().file)
    let two = try folder.file("two.zip", containing: zip.file)
    let error = #expect(throws: ImageError.self) { try ImageFile.open(two) }
    #expect(error?.description.contains("other.nii") == true)
    var nested = RawZip()
    nested.add("scan.zip", try Array(Data(contentsOf: url)))
    #expect(throws: ImageError.self) {
      try ImageFile.open(FileSource(memory: nested.file, name: "nested.zip"))
    }
  }

  @Test func linksAreFollowedOnce() throws {
    let inside = try folder.folder("a/b")
    for k in 0..<2 { try Data(slice(k)).write(to: inside.appending(path: "\(k)")) }
    let manager = FileManager.default
    try manager.createSymbolicLink(at: inside.appending(path: "loop"), withDestinationURL: folder.url)
    let start = try folder.folder("start")
    try manager.createSymbolicLink(at: start.appending(path: "way"), withDestinationURL: inside)
    #expect(try ImageFile.read(start).header.shape == [3, 2, 2])
  }

  @Test func compressedFiles() throws {
    for k in 0..<2 {
      let packed = try slice(k).withUnsafeBytes { try GzipWriter.compress($0, level: .fast) }.flatMap { $0 }
      try Data(packed).write(to: folder.file("\(k).gz"))
    }
    #expect(try ImageFile.read(folder.url).header.shape == [3, 2, 2])
  }
}
