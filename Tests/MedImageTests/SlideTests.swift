import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct SlideTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func slide(_ sample: PyramidSample, _ name: String = "a.tif") throws -> Slide {
    try Slide(contentsOf: folder.file(name, containing: sample.bytes()))
  }

  @Test func levelsOfEveryLayout() throws {
    for layout in [PyramidSample.Layout.pages, .subpages] {
      for isBig in [false, true] {
        let sample = PyramidSample(layout: layout, isBig: isBig)
        let slide = try slide(sample)
        #expect(slide.levels.map(\.width) == [100, 50, 25])
        #expect(slide.levels.map(\.height) == [70, 35, 17])
        #expect(slide.levels.map(\.downsample) == [1, 2, 4])
        let microns = try #require(slide.levels[1].micronsPerPixel)
        #expect(abs(microns.x - 0.5) < 1e-9 && abs(microns.y - 0.5) < 1e-9)
        #expect(Slide.recognizes(slide.url))
        #expect(throws: ImageError.self) { try slide.region(x: 0, y: 0, width: 1, height: 1, level: 3) }
      }
    }
  }

  @Test func regionsOfLevels() throws {
    let slide = try slide(PyramidSample())
    for (x, y, width, height, level) in [(0, 0, 100, 70, 0), (30, 17, 20, 33, 0), (49, 34, 1, 1, 1)] {
      let region = try slide.region(x: x, y: y, width: width, height: height, level: level)
      #expect(region.header.components == .rgb && region.header.shape == [width, height, 1])
      guard case .uint8(let pixels) = region.voxels else { return }
      for j in 0..<height {
        for i in 0..<width {
          let found = [pixels[0, i, j, 0], pixels[1, i, j, 0], pixels[2, i, j, 0]].map(Int.init)
          #expect(found == [x + i, y + j, level * 50])
        }
      }
    }
  }

  @Test func edgesAndGapsAreWhite() throws {
    var sample = PyramidSample()
    sample.isMissing = { level, column, row in level == 0 && column == 1 && row == 0 }
    let slide = try slide(sample)
    let corner = try slide.region(x: -2, y: -3, width: 5, height: 5).scalarImage()
    #expect(corner.voxels[0, 1, 4, 0] == 255)
    #expect(corner.voxels[0, 3, 4, 0] == 1 && corner.voxels[1, 3, 4, 0] == 1)
    let far = try slide.region(x: 500, y: 500, width: 4, height: 4).scalarImage()
    #expect(far.voxels.elements.allSatisfy { $0 == 255 })
    let gap = try slide.region(x: 15, y: 0, width: 3, height: 1).scalarImage()
    #expect([0, 1, 2].map { gap.voxels[0, $0, 0, 0] } == [15, 255, 255])
  }

  @Test func levelsLieOverEachOther() throws {
    let slide = try slide(PyramidSample())
    // The corner between the first four pixels of level 0 is the center of level 1's first pixel.
    let (fine, coarse) = (slide.affine(level: 0), slide.affine(level: 1))
    let (a, b) = (fine([0.5, 0.5, 0]), coarse([0, 0, 0]))
    #expect(abs(a.x - b.x) < 1e-12 && abs(a.y - b.y) < 1e-12)
    let region = try slide.region(x: 10, y: 6, width: 4, height: 4, level: 1)
    let (c, d) = (region.header.affine([0, 0, 0]), coarse([10, 6, 0]))
    #expect(abs(c.x - d.x) < 1e-12 && abs(c.y - d.y) < 1e-12)
  }

  @Test func tilesCoverInOrder() throws {
    let slide = try slide(PyramidSample(compression: 7))
    let tiles = try slide.tiles(side: 32, overlap: 8, level: 0)
    #expect(tiles.count == 12)
    #expect(tiles.map(\.x).max() == 72 && tiles.map(\.y).max() == 48)
    let sums = try slide.mapTiles(tiles) { tile, image throws(ImageError) in
      image.voxels.withUnsafeBytes { $0.reduce(tile.x) { $0 + Int($1) } }
    }
    var walked: [Int] = []
    try slide.forEachTile(tiles) { tile, image throws(ImageError) in
      walked.append(image.voxels.withUnsafeBytes { $0.reduce(tile.x) { $0 + Int($1) } })
    }
    #expect(sums == walked)
    #expect(throws: ImageError.self) { try slide.tiles(side: 8, overlap: 8) }
    let error = #expect(throws: ImageError.self) {
      try slide.mapTiles(tiles) { tile, _ throws(ImageError) in
        if tile.column == 1 { throw ImageError("row \(tile.row)") }
        return 0
      }
    }
    #expect(error?.description == "row 0")
  }

  @Test func levelsAsImages() throws {
    let slide = try slide(PyramidSample())
    let open = try ImageFile.open(slide, level: 1)
    #expect(open.header.size == [50, 35, 1])
    let box = GridBox(lower: [20, 10, 0], upper: [24, 12, 1])
    let part = try open.stored(box).scalarImage()
    #expect(part.voxels[0, 3, 1, 0] == 23 && part.voxels[1, 3, 1, 0] == 11)
    let same = try ImageFile.open(slide.url, options: ReadOptions(level: 1))
    #expect(try same.stored().voxels == open.stored().voxels)
    // Without a level, the finest is read, with a note.
    let finest = try ImageFile.open(slide.url)
    #expect(finest.header.size == [100, 70, 1])
    #expect(finest.header.notes.contains { $0.contains("3 levels") })
  }

  @Test func thumbnailsAverage() throws {
    var sample = PyramidSample(width: 64, height: 64, levels: 1)
    sample.color = { _, x, y in (x / 2 + y / 2) % 2 == 0 ? [0, 100, 200] : [100, 100, 100] }
    let small = try slide(sample).thumbnail(fitting: 16).scalarImage()
    #expect(small.size == [16, 16, 1])
    #expect(small.voxels[0, 3, 7, 0] == 50 && small.voxels[2, 0, 15, 0] == 150)
  }

  @Test func tissueIsFound() throws {
    // A purple disk with a speck beside it and a hole in it; 0.25 µm a pixel, so tissue of 100 px² is 6.25 µm².
    var sample = PyramidSample(width: 256, height: 200, levels: 2)
    sample.color = { level, x, y in
      let (i, j) = (x << level, y << level)
      let inDisk = (i - 100) * (i - 100) + (j - 100) * (j - 100) < 60 * 60
      let inHole = (90..<98).contains(i) && (90..<98).contains(j)
      let inSpeck = (220..<228).contains(i) && (20..<28).contains(j)
      return inDisk && !inHole || inSpeck ? [150, 80, 160] : [243, 243, 243]
    }
    let slide = try slide(sample)
    for signal in [TissueDetection.Signal.saturation, .gray] {
      let mask = try slide.tissueMask(
        TissueDetection(signal: signal, micronsPerPixel: 0.5, smallestArea: 20))
      #expect(mask.size == [128, 100, 1])
      #expect(mask.voxels[0, 50, 50, 0] == 1 && mask.voxels[0, 47, 47, 0] == 1)
      #expect(mask.voxels[0, 112, 12, 0] == 0 && mask.voxels[0, 5, 5, 0] == 0)
      let area = mask.voxels.withUnsafeBuffer { $0.reduce(0) { $0 + Int($1) } }
      // π · 30² pixels of the mask.
      #expect(abs(area - 2827) < 120)
      #expect(abs(mask.affine.spacing.x - 0.0005) < 1e-9)
      let all = try slide.tiles(side: 32)
      let some = try slide.tiles(side: 32, within: mask)
      #expect(some.count < all.count / 2 && some.contains { $0.x == 96 && $0.y == 96 })
    }
    var blank = sample
    blank.color = { _, _, _ in [243, 243, 243] }
    let none = try self.slide(blank, "b.tif").tissueMask(TissueDetection(micronsPerPixel: 0.5))
    #expect(none.voxels.withUnsafeBuffer { $0.allSatisfy { $0 == 0 } })
  }

  @Test func otsu() {
    var counts = [Int](repeating: 0, count: 256)
    counts[10] = 50
    counts[12] = 50
    counts[200] = 30
    #expect(TissueSignal.otsu(counts) == 12)
  }

  @Test func whatAperioSays() throws {
    let slide = try slide(
      PyramidSample(description: "Aperio Image Library v1\r\n100x70|AppMag = 40|MPP = 0.2520"), "a.svs")
    #expect(slide.levels[0].micronsPerPixel == [0.252, 0.252])
    #expect(slide.properties["openslide.objective-power"] == "40")
    #expect(slide.properties["openslide.vendor"] == "aperio")
    #expect(throws: ImageError.self) { try slide.associatedImage("label") }
  }

  @Test func openSlideReadsTheSame() throws {
    let own = try slide(PyramidSample(width: 64, height: 48, levels: 2, compression: 7))
    // A libvips without OpenSlide has nothing to compare.
    guard let reader = try? OpenSlideReader(path: own.url.path) else { return }
    #expect(reader.sizes.map(\.width) == [64, 32])
    for (level, box) in [(0, PixelBox(x: 10..<50, y: 3..<40)), (1, PixelBox(width: 32, height: 24))] {
      let region = try own.region(
        x: box.x.lowerBound, y: box.y.lowerBound, width: box.x.count, height: box.y.count, level: level)
      #expect(try reader.read(level: level, box) == region.voxels)
    }
    #expect(throws: ImageError.self) { try reader.associatedImage("nothing") }
  }

  @Test func otherFilesAreNoSlides() throws {
    let text = try folder.file("a.svs", containing: Array("no slide".utf8))
    #expect(throws: ImageError.self) { try Slide(contentsOf: text) }
    #expect(!Slide.recognizes(text))
    // A vendor's sign with nothing behind it: whoever decodes it, it is refused.
    let mirax = try folder.file(
      "a.vms", containing: Array("[Virtual Microscope Specimen]\nNoLayers=1\n".utf8))
    #expect(throws: ImageError.self) { try Slide(contentsOf: mirax) }
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 3)
    let whole = try PyramidSample(width: 40, height: 40, levels: 2, compression: 7).bytes()
    for _ in 0..<150 {
      let bytes = random.damaged(whole)
      guard let slide = try? Slide(FileSource(memory: bytes, name: "a.tif")) else { continue }
      _ = try? slide.region(x: 0, y: 0, width: 40, height: 40)
    }
  }
}
