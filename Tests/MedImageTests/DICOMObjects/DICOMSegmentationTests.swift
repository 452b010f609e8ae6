import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct DICOMSegmentationTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  var labels: [UInt16] {
    var all = [UInt16](repeating: 0, count: 90)
    for index in 17..<26 { all[index] = 1 }
    for index in 26..<31 { all[index] = 3 }
    for index in 62..<70 { all[index] = 3 }
    return all
  }

  private func write(
    _ storage: DICOMSegmentation.Writing.Storage, _ change: (inout DICOMDataSet) -> Void = { _ in }
  ) throws -> (file: URL, reference: DICOMReference, map: LabelMap) {
    let reference = try DICOMReference(contentsOf: RawSeries.write(to: folder))
    let map = LabelMap(
      voxels: VoxelBuffer(size: [3, 5, 6], elements: labels), affine: reference.grid.affine)
    let file = folder.file("seg.dcm")
    let segment = DICOMSegment(
      number: 1, name: "Liver", property: DICOMCode("10200004", "SCT", "Liver"), algorithm: .manual,
      color: [200, 100, 50])
    try DICOMSegmentation.write(
      map, of: reference, to: file,
      .init(storage: storage, segments: [segment], identifiers: .derived(from: ["test"])))
    let source = try FileSource(file)
    var data = try DICOMDataSet(source)
    let start = try #require(DICOMFile(source).pixels?.start)
    data[.pixelData] = DICOMElement(.pixelData, "OB", .bytes(try source.bytes(from: start)))
    change(&data)
    try data.write(to: file)
    return (file, reference, map)
  }

  @Test(arguments: DICOMSegmentation.Writing.Storage.allCases)
  func writtenIsReadBack(storage: DICOMSegmentation.Writing.Storage) throws {
    let (file, reference, map) = try write(storage)
    let whole = try DICOMSegmentation(contentsOf: file, reference: reference.grid)
    #expect(try whole.labelMap() == map)
    #expect(whole.segments.map(\.number) == [1, 3])
    #expect(whole.segments[0].color == [200, 100, 50])
    #expect(whole.segments[0].property?.value == "10200004")
    #expect(whole.segments[0].algorithm == .manual)
    #expect(whole.referencedSeries == ["1.2.3"])
    // Without a reference, from the first frame to the last.
    let own = try DICOMSegmentation(contentsOf: file)
    #expect(own.grid.size == [3, 5, 4])
    #expect(own.grid.affine.origin == reference.grid.affine([0, 0, 1]))
    #expect(try own.labelMap().voxels.elements == Array(labels[15..<75]))
    let fractions = try own.fractions()
    #expect(fractions.channels == 2 && fractions.voxels[1, 2, 1, 3] == 1)
  }

  @Test func imagesOfObjects() throws {
    let (file, _, _) = try write(.binary)
    let image = try ImageFile.open(file)
    #expect(image.header.shape == [3, 5, 4])
    #expect(try image.labelMap().voxels.elements == Array(labels[15..<75]))
    #expect(image.header.facts.contains { $0.value.contains("Liver (SCT 10200004)") })
    let (fractional, _, _) = try write(.fractional)
    #expect(try ImageFile.open(fractional).header.shape == [3, 5, 4, 2])
  }

  @Test func framesMayLieInAnyOrder() throws {
    // Frames of bytes, so that they can be moved.
    let (file, reference, map) = try write(.fractional) { data in
      let frames = data.items(.frameGroups)
      let pixels = data[.pixelData]?.bytes ?? []
      let order = Array((0..<frames.count).reversed())
      data.set(.frameGroups, items: order.map { frames[$0] })
      data[.pixelData] = DICOMElement(
        .pixelData, "OB", .bytes(order.flatMap { pixels[$0 * 15..<($0 + 1) * 15] }))
    }
    #expect(try DICOMSegmentation(contentsOf: file, reference: reference.grid).labelMap() == map)
  }

  @Test func overlapsAreToldAndBecomeChannels() throws {
    // The frame of segment 3 in slice 1 gets the first two pixels of segment 1's.
    let (file, _, _) = try write(.binary) { data in
      var pixels = data[.pixelData]?.bytes ?? []
      let frames = data.items(.frameGroups).map {
        $0.items(DICOMFrameGroups.Macro.segment)[0].integer(DICOMTag(0x0062, 0x000b))
      }
      let third = frames.firstIndex(of: 3) ?? 0
      for offset in [2, 3] { pixels[(third * 15 + offset) / 8] |= 1 << UInt8((third * 15 + offset) % 8) }
      data[.pixelData] = DICOMElement(.pixelData, "OB", .bytes(pixels))
    }
    let object = try DICOMSegmentation(contentsOf: file)
    #expect(try object.overlaps() == [.init(first: 1, second: 3, voxels: 2)])
    let error = #expect(throws: ImageError.self) { try object.labelMap() }
    #expect(error?.description.contains("(Liver) and 3 (class 3) share 2 voxels") == true)
    let header = try ImageFile.open(file).header
    #expect(header.shape == [3, 5, 4, 2])
    #expect(header.notes.contains { $0.contains("share 2 voxels") })
    let masks = try object.masks()
    #expect(masks[0, 2, 0, 0] == 1 && masks[1, 2, 0, 0] == 1)
  }

  @Test func labelMapObjects() throws {
    let (file, reference, map) = try write(.fractional) { data in
      data.set(.sopClass, "UI", DICOMSegmentation.labelMapStorageClass)
      data.set(DICOMTag(0x0062, 0x0001), "CS", "LABELMAP")
      let groups = data.items(.frameGroups)
      let positions = groups.map { $0.items(DICOMFrameGroups.Macro.planePosition)[0].numbers(.position)[2] }
      let slices = Set(positions).sorted()
      data.set(.frameGroups, items: slices.map { groups[positions.firstIndex(of: $0) ?? 0] })
      data.set(.frameCount, "IS", "\(slices.count)")
      let pixels = slices.flatMap { z -> [UInt8] in
        let k = Int(((z + 30) / 2.5).rounded())
        return labels[k * 15..<(k + 1) * 15].map { UInt8($0) }
      }
      data[.pixelData] = DICOMElement(.pixelData, "OB", .bytes(pixels))
    }
    let object = try DICOMSegmentation(contentsOf: file, reference: reference.grid)
    #expect(object.kind == .labelMap)
    #expect(try object.labelMap() == map)
    #expect(try ImageFile.open(file).labelMap().size == [3, 5, 4])
  }

  @Test func mapsInOtherOrientationsAreTurned() throws {
    let reference = try DICOMReference(contentsOf: RawSeries.write(to: folder))
    // The last axis runs downward, and two slices are missing.
    let flipped = VoxelBuffer<UInt16>(size: [3, 5, 4]) { target in
      for k in 0..<4 { for i in 0..<15 { target[k * 15 + i] = labels[(4 - k) * 15 + i] } }
    }
    let affine =
      reference.grid.affine * Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, -1], origin: [0, 0, 4])
    let aligned = try reference.aligned(LabelMap(voxels: flipped, affine: affine))
    #expect(aligned.elements == labels)
    var shifted = affine
    shifted.origin += [0.4, 0, 0]
    #expect(throws: ImageError.self) { try reference.aligned(LabelMap(voxels: flipped, affine: shifted)) }
  }

  @Test func otherGridsAreRefused() throws {
    let (file, reference, _) = try write(.binary)
    var grid = reference.grid
    grid.affine.origin += [1, 0, 0]
    let error = #expect(throws: ImageError.self) { try DICOMSegmentation(contentsOf: file, reference: grid) }
    #expect(error?.description.contains("first pixel lies at voxel") == true)
  }

  @Test func badObjectsAreRefused() throws {
    func refusal(_ change: (inout DICOMDataSet) -> Void) throws -> String {
      let (file, _, _) = try write(.binary, change)
      let error = #expect(throws: ImageError.self) { try ImageFile.open(file).stored() }
      return error?.description ?? ""
    }
    #expect(try refusal { $0.set(.frameCount, "IS", "2000000000") }.contains("frames"))
    #expect(try refusal { $0.set(.rows, shorts: 65535) }.contains("cut off"))
    #expect(try refusal { $0.set(.bitsAllocated, shorts: 8) }.contains("cut off"))
    #expect(try refusal { $0[DICOMTag(0x0062, 0x0002)] = nil }.contains("no segments"))
    #expect(try refusal { $0.set(DICOMTag(0x0062, 0x0001), "CS", "X") }.contains("BINARY"))
    // A frame far away makes the slices uneven, but no larger grid.
    let (far, _, _) = try write(.binary) { data in
      var group = data.items(.frameGroups)
      var position = group[0].items(DICOMFrameGroups.Macro.planePosition)[0]
      position.set(.position, decimals: [0, 0, 1e9])
      group[0].set(DICOMFrameGroups.Macro.planePosition, items: [position])
      data.set(.frameGroups, items: group)
    }
    #expect(try ImageFile.open(far).header.notes.contains { $0.contains("not evenly spaced") })
    let empty = LabelMap(voxels: VoxelBuffer(size: [3, 5, 6]), affine: .identity)
    let reference = try DICOMReference(contentsOf: RawSeries.write(to: folder))
    #expect(throws: ImageError.self) {
      try DICOMSegmentation.write(
        LabelMap(voxels: empty.voxels, affine: reference.grid.affine), of: reference,
        to: folder.file("e.dcm"))
    }
  }
}
