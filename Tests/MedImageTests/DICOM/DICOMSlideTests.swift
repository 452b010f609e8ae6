import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// Pictures of five by three pixels in tiles of two by two; pixel (x, y) is 10·y + x.
@Suite struct DICOMSlideTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func tile(_ column: Int, _ row: Int) -> [UInt8] {
    (0..<4).map { UInt8(10 * (2 * row + $0 / 2) + 2 * column + $0 % 2) }
  }

  private func slide(
    _ name: String, width: Int = 5, height: Int = 3, places: [(Int, Int)]? = nil, tiles: [(Int, Int)],
    flavor: String = "VOLUME"
  ) throws -> URL {
    var data = DICOMBytes()
    data.text(0x0008_0008, "CS", "DERIVED\\PRIMARY\\\(flavor)\\NONE")
    data.text(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.77.1.6")
    data.text(0x0008_0018, "UI", "1.2.3.\(name.utf8.reduce(0) { $0 * 3 + Int($1) })")
    data.text(0x0020_000e, "UI", "1.2")
    data.text(0x0020_9311, "CS", places == nil ? "TILED_FULL" : "TILED_SPARSE")
    data.image(2, 2, frames: tiles.count, bits: 8)
    data.add(0x0048_0006, "UL", data.bytes(UInt32(width)))
    data.add(0x0048_0007, "UL", data.bytes(UInt32(height)))
    data.sequence(
      0x5200_9229, [{ $0.sequence(0x0028_9110, [{ $0.decimals(0x0028_0030, 0.0005, 0.00025) }]) }])
    if let places {
      data.sequence(
        0x5200_9230,
        places.map { place in
          {
            $0.sequence(
              0x0048_021a,
              [
                {
                  $0.add(0x0048_021e, "SL", $0.bytes(Int32(place.0)))
                  $0.add(0x0048_021f, "SL", $0.bytes(Int32(place.1)))
                }
              ])
          }
        })
    }
    data.pixels(tiles.flatMap { tile($0.0, $0.1) }, "OB")
    return try folder.file(name, containing: data.file)
  }

  private let all = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]

  @Test func regionsOfFullTiles() throws {
    let url = try slide("full", tiles: all)
    _ = try slide("coarse", width: 2, height: 2, tiles: [(0, 0)])
    _ = try slide("label", width: 2, height: 2, tiles: [(0, 0)], flavor: "LABEL")
    let slide = try Slide(contentsOf: url)
    #expect(slide.levels.map(\.width) == [5, 2])
    #expect(slide.levels[0].micronsPerPixel == [0.25, 0.5])
    #expect(slide.associatedImages == ["label"])
    #expect(
      try slide.region(x: 1, y: 1, width: 3, height: 2).scalarImage().voxels.elements == [
        11, 12, 13, 21, 22, 23,
      ])
    #expect(
      try slide.region(x: 0, y: 0, width: 2, height: 1, level: 1).scalarImage().voxels.elements == [0, 1])
    // Read as an image, tiles are slices; with a level they are put together.
    #expect(try ImageFile.open(url, as: DICOM.self).header.shape == [2, 2, 6])
    #expect(try DICOM.open(FileSource(url), options: ReadOptions(level: 0)).header.shape == [5, 3, 1])
  }

  @Test func tilesThatSayWhereTheyLie() throws {
    let url = try slide("sparse", places: [(3, 1), (1, 3)], tiles: [(1, 0), (0, 1)])
    let slide = try Slide(contentsOf: url)
    let picture = try slide.region(x: 0, y: 0, width: 5, height: 3).scalarImage().voxels.elements
    #expect(picture == [0, 0, 2, 3, 0, 0, 0, 12, 13, 0, 20, 21, 0, 0, 0])
  }

  @Test func tilesThatLackAreRefused() throws {
    let url = try slide("short", tiles: Array(all.dropLast()))
    #expect(throws: ImageError.self) { try Slide(contentsOf: url) }
    let huge = try slide("huge", width: 2_000_000_000, height: 2_000_000_000, places: [], tiles: [(0, 0)])
    #expect(throws: ImageError.self) { try Slide(contentsOf: huge) }
  }
}
