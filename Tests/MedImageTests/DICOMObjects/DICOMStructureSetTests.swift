import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct DICOMStructureSetTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func reference() throws -> DICOMReference {
    try DICOMReference(contentsOf: RawSeries.write(to: folder, columns: 12, rows: 10, slices: 4))
  }

  /// A structure set with these outlines of one region, in the order (columns, rows) of a slice of the reference.
  private func structures(
    _ outlines: [[SIMD2<Double>]], slice: Int = 1, type: String = "CLOSED_PLANAR", _ reference: DICOMReference
  ) throws -> URL {
    let url = folder.file("rt.dcm")
    try DICOMStructureSet.write(
      LabelMap(voxels: VoxelBuffer(size: reference.grid.size, repeating: 1), affine: reference.grid.affine),
      of: reference, to: url,
      .init(regions: [.init(number: 1, name: "Heart", color: [1, 2, 3], kind: "ORGAN")]))
    var data = try DICOMDataSet(contentsOf: url)
    var region = data.items(DICOMStructureSet.Tag.outlines)[0]
    region.set(
      DICOMStructureSet.Tag.contours,
      items: outlines.map { outline in
        var item = DICOMDataSet()
        item.set(DICOMStructureSet.Tag.geometry, "CS", type)
        item.set(
          DICOMStructureSet.Tag.points,
          decimals: outline.flatMap { p -> [Double] in
            let world = reference.grid.affine([p.x, p.y, Double(slice)])
            return [-world.x, -world.y, world.z]
          })
        return item
      })
    data.set(DICOMStructureSet.Tag.outlines, items: [region])
    try data.write(to: url)
    return url
  }

  @Test(arguments: DICOMStructureSet.Writing.Holes.allCases)
  func writtenIsReadBack(holes: DICOMStructureSet.Writing.Holes) throws {
    let reference = try reference()
    // Noise has holes within parts within holes, and pixels that touch at corners.
    var random = RandomStream(seed: 5)
    let voxels = VoxelBuffer<UInt16>(size: reference.grid.size) { target in
      for index in target.indices { target[index] = UInt16.random(in: 0...3, using: &random) }
    }
    let map = LabelMap(voxels: voxels, affine: reference.grid.affine)
    let url = folder.file("rt.dcm")
    try DICOMStructureSet.write(
      map, of: reference, to: url,
      .init(holes: holes, regions: [.init(number: 2, name: "Lung", kind: "ORGAN")]))
    let object = try DICOMStructureSet(contentsOf: url)
    #expect(object.regions.map(\.name) == ["class 1", "Lung", "class 3"])
    #expect(object.regions[1].kind == "ORGAN" && object.referencedSeries == ["1.2.3"])
    let result = try object.labelMap(on: reference.grid)
    #expect(result.labels == map && result.notes.isEmpty)
    let image = try ImageFile.open(url, options: ReadOptions(reference: reference.grid))
    #expect(try image.labelMap() == map)
    #expect(image.header.facts.contains { $0.value.hasPrefix("Lung, ORGAN") })
  }

  @Test func largeOutlinesAreWrittenToo() throws {
    let place = try folder.folder("large")
    var file = RawDICOM()
    (file.columns, file.rows, file.study, file.frameOfReference) = (160, 160, "1.2", "1.9")
    file.position = [0.123456, 0.123456, 0]
    file.pixels = [Int16](repeating: 0, count: 160 * 160)
    try Data(file.file).write(to: place.appendingPathComponent("0.dcm"))
    let reference = try DICOMReference(contentsOf: place)
    // A comb with short teeth all along: its outline takes more than 64 KiB.
    let voxels = VoxelBuffer<UInt16>(size: [160, 160, 1]) { target in
      for index in target.indices {
        let (x, y) = (index % 160, index / 160)
        target[index] = x == 0 || y % 3 == 0 || (y % 3 == 1 && x % 2 == 0) ? 1 : 0
      }
    }
    let map = LabelMap(voxels: voxels, affine: reference.grid.affine)
    let url = folder.file("rt.dcm")
    try DICOMStructureSet.write(map, of: reference, to: url)
    #expect(try DICOMDataSet(contentsOf: url).text(.transferSyntax) == "1.2.840.10008.1.2")
    #expect(try DICOMStructureSet(contentsOf: url).labelMap(on: reference.grid).labels == map)
  }

  @Test func outlinesThroughCentersHaveTheirVoxels() throws {
    let reference = try reference()
    // Around columns 2…6 and rows 1…5, with a hole whose edge belongs to the region.
    let url = try structures(
      [[[2, 1], [6, 1], [6, 5], [2, 5]], [[3, 2], [5, 2], [5, 4], [3, 4]]], reference)
    let object = try DICOMStructureSet(contentsOf: url)
    #expect(object.regions[0].summary == "Heart, ORGAN, AUTOMATIC, 2 outlines, #010203")
    let voxels = try object.labelMap(on: reference.grid).labels.voxels
    #expect(voxels.elements.count { $0 == 1 } == 24)
    #expect(
      voxels[0, 4, 3, 1] == 0 && voxels[0, 3, 3, 1] == 1 && voxels[0, 2, 1, 1] == 1 && voxels[0, 4, 3, 0] == 0
    )
  }

  @Test func keyholesEncloseNothing() throws {
    let reference = try reference()
    // To the hole along a row of voxel centers, and back.
    let url = try structures(
      [
        [
          [1.5, 0.5], [8.5, 0.5], [8.5, 7.5], [1.5, 7.5], [1.5, 4], [3.5, 4], [3.5, 5.5], [6.5, 5.5],
          [6.5, 2.5],
          [3.5, 2.5], [3.5, 4], [1.5, 4],
        ]
      ], reference)
    let voxels = try DICOMStructureSet(contentsOf: url).labelMap(on: reference.grid).labels.voxels
    #expect(voxels.elements.count { $0 == 1 } == 49 - 9)
    #expect(voxels[0, 2, 4, 1] == 1 && voxels[0, 4, 4, 1] == 0)
  }

  @Test func ringsOfKeyholes() {
    let ring = Keyhole.joined(
      [[0, 0], [9, 0], [9, 9], [0, 9]],
      holes: [[[2, 2], [2, 4], [4, 4], [4, 2]], [[2, 6], [2, 7], [3, 7], [3, 6]]])
    let rings = Keyhole.rings(ring)
    #expect(rings.count == 3)
    func area(_ ring: [SIMD2<Double>]) -> Double {
      let ends = Array(ring.dropFirst()) + ring.prefix(1)
      return abs(zip(ring, ends).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.0.y * $1.1.x) / 2 })
    }
    #expect(rings.map(area).sorted() == [1, 4, 81])
    #expect(Keyhole.rings([SIMD2(0, 0), [1, 0], [0, 1]]) == [[[0, 0], [1, 0], [0, 1]]])
  }

  @Test func pointsAndOpenLinesAreNoted() throws {
    let reference = try reference()
    let open = try structures([[[1, 1], [4, 1], [4, 4]]], type: "OPEN_PLANAR", reference)
    #expect(try DICOMStructureSet(contentsOf: open).labelMap(on: reference.grid).notes.count == 1)
    let point = try structures([[[1, 1]]], type: "POINT", reference)
    let object = try DICOMStructureSet(contentsOf: point)
    #expect(object.regions[0].pointCount == 1)
    #expect(object.annotations.points.first?.name == "Heart")
    let position = try #require(object.annotations.points.first?.position)
    #expect(length(position - reference.grid.affine([1, 1, 1])) < 1e-6)
  }

  @Test func overlappingRegionsAreChannels() throws {
    let reference = try reference()
    let url = try structures([[[0.5, 0.5], [4.5, 0.5], [4.5, 4.5], [0.5, 4.5]]], reference)
    var data = try DICOMDataSet(contentsOf: url)
    for (tag, number) in [
      (DICOMStructureSet.Tag.regions, DICOMStructureSet.Tag.number),
      (DICOMStructureSet.Tag.outlines, DICOMStructureSet.Tag.reference),
    ] {
      var items = data.items(tag)
      items.append(items[0])
      items[1].set(number, "IS", "7")
      data.set(tag, items: items)
    }
    try data.write(to: url)
    let header = try ImageFile.open(url, options: ReadOptions(reference: reference.grid)).header
    #expect(header.shape == [12, 10, 4, 2])
    #expect(header.notes.contains { $0.contains("overlap") && $0.contains("Heart (ROI 7)") })
    let masks = try DICOMStructureSet(contentsOf: url).masks(on: reference.grid)
    #expect(masks.elements.count { $0 == 1 } == 32)
  }

  @Test func badObjectsAreRefused() throws {
    let reference = try reference()
    let url = try structures([[[0, 0], [4, 0], [4, 4]]], reference)
    let without = #expect(throws: ImageError.self) { try ImageFile.open(url) }
    #expect(without?.description.contains("--reference") == true)
    var elsewhere = reference.grid
    elsewhere.affine.origin += elsewhere.affine.columns.k * 0.5
    #expect(throws: ImageError.self) { try DICOMStructureSet(contentsOf: url).labelMap(on: elsewhere) }
    for text in ["1\\2", "a\\b\\c", "", "1\\2\\1e300"] {
      var data = try DICOMDataSet(contentsOf: url)
      var region = data.items(DICOMStructureSet.Tag.outlines)[0]
      var contour = region.items(DICOMStructureSet.Tag.contours)[0]
      contour.set(DICOMStructureSet.Tag.points, "DS", text)
      region.set(DICOMStructureSet.Tag.contours, items: [contour])
      data.set(DICOMStructureSet.Tag.outlines, items: [region])
      let bad = folder.file("bad.dcm")
      try data.write(to: bad)
      let error = #expect(throws: ImageError.self) { try DICOMStructureSet(contentsOf: bad) }
      #expect(error?.description.contains("contour 1 of “Heart”") == true)
    }
  }
}
