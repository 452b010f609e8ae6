import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct AnalyzeTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func header(
    big: Bool = false, dims: [Int16] = [3, 3, 2, 2], type: Int16 = 4, slope: Float = 0, origin: [Int16] = []
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 348)
    func put(_ value: [UInt8], _ at: Int) { bytes.replaceSubrange(at..<at + value.count, with: value) }
    put(RawNIfTI.bytes(Int32(348), big), 0)
    for (index, dim) in dims.enumerated() { put(RawNIfTI.bytes(dim, big), 40 + 2 * index) }
    put(RawNIfTI.bytes(type, big), 70)
    for (index, step) in [Float(0), 2, 3, 4].enumerated() {
      put(RawNIfTI.bytes(step.bitPattern, big), 76 + 4 * index)
    }
    put(RawNIfTI.bytes(slope.bitPattern, big), 112)
    for (index, place) in origin.enumerated() { put(RawNIfTI.bytes(place, big), 253 + 2 * index) }
    return bytes
  }

  private func voxels(_ big: Bool) -> [UInt8] { (0..<12).flatMap { RawNIfTI.bytes(Int16($0), big) } }

  @Test(arguments: [false, true]) func bothOrders(big: Bool) throws {
    let hdr = try folder.file("a.hdr", containing: header(big: big))
    let img = try folder.file("a.img", containing: voxels(big))
    for url in [hdr, img] {
      let open = try ImageFile.open(url)
      #expect(open.header.format == "Analyze" && !open.header.hasGeometry)
      let image = try open.scalarImage()
      #expect(image.voxels.elements == (0..<12).map { Float($0) })
      // The middle voxel, (1, 0.5, 0.5), lies at zero.
      #expect(image.affine == Affine(spacing: [-2, 3, 4], origin: [2, -1.5, -2]))
    }
  }

  @Test func scaleAndOriginOfSPM() throws {
    let hdr = try folder.file("a.hdr", containing: header(slope: 0.5, origin: [1, 2, 1]))
    _ = try folder.file("a.img", containing: voxels(false))
    let image = try ScalarImage(contentsOf: hdr)
    #expect(image.voxels.elements == (0..<12).map { Float($0) / 2 })
    #expect(image.affine == Affine(spacing: [-2, 3, 4], origin: [0, -3, 0]))
  }

  @Test func refusals() throws {
    let hdr = try folder.file("a.hdr", containing: header())
    var error = #expect(throws: ImageError.self) { try ScalarImage(contentsOf: hdr) }
    #expect(error?.description.contains(".img file, is missing") == true)
    _ = try folder.file("a.img", containing: [1, 2])
    error = #expect(throws: ImageError.self) { try ScalarImage(contentsOf: hdr) }
    #expect(error?.description.contains("24 bytes") == true)
    for bad in [header(dims: [3, 3, 0, 2]), header(type: 1), header(dims: [9, 1, 1, 1])] {
      _ = try folder.file("a.hdr", containing: bad)
      #expect(throws: ImageError.self) { try ScalarImage(contentsOf: hdr) }
    }
  }
}
