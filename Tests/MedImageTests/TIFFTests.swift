import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

/// Stacks, hyperstacks, regions, writing, and files that lie.
@Suite struct TIFFTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Values that differ everywhere: `element % 251`.
  private func sample(
    _ shape: [Int], components: ImageHeader.Components = .scalar, type: VoxelType = .uint8,
    timeStep: Double? = nil
  ) -> StoredImage {
    var header = ImageHeader(
      format: "memory", shape: shape, components: components, type: type,
      affine: Affine(i: [-0.5, 0, 0], j: [0, -0.25, 0], k: [0, 0, 2]))
    header.timeStep = timeStep
    let size = header.size
    return StoredImage(
      header: header,
      voxels: .filled(type: type, channels: header.channels, size: size) { target in
        for index in target.indices { target[index] = UInt8(index % 251) }
      })
  }

  @Test func writtenStacksAreReadBack() throws {
    let images = [
      sample([7, 5, 1]), sample([7, 5, 4], type: .int16), sample([7, 5, 3], components: .rgb),
      sample([7, 5, 2], components: .rgba), sample([7, 5, 3, 2], type: .uint16),
      sample([7, 5, 2, 3, 2], type: .uint32), sample([7, 5, 1, 4], timeStep: 0.5),
      sample([7, 5, 2], type: .int64), sample([7, 5, 2], type: .uint64), sample([7, 5, 2], type: .float64),
      sample([300, 500, 2], type: .float32), sample([7, 5, 2, 3], components: .rgb, timeStep: 2),
    ]
    for (index, image) in images.enumerated() {
      for tile in [nil, 16] {
        let url = folder.file("\(index).tif")
        try ImageFile.write(image, to: url, options: WriteOptions(tile: tile))
        let read = try ImageFile.read(url)
        #expect(read.voxels == image.voxels, "\(image.header.shape) \(image.header.type)")
        #expect(read.header.shape == image.header.shape)
        #expect(read.header.components == image.header.components)
        #expect(read.header.timeStep == image.header.timeStep)
        let spacing = read.header.affine.spacing
        #expect(abs(spacing.x - 0.5) < 1e-6 && abs(spacing.y - 0.25) < 1e-6)
        if image.header.size.z > 1 { #expect(abs(spacing.z - 2) < 1e-6) }
      }
    }
    // Who knows only the resolution finds the same sizes.
    let slide = try Slide(contentsOf: folder.file("2.tif"))
    let microns = try #require(slide.levels[0].micronsPerPixel)
    #expect(abs(microns.x - 500) < 1e-3 && abs(microns.y - 250) < 1e-3)
    #expect(throws: ImageError.self) {
      try ImageFile.write(images[0], to: folder.file("a.tif"), options: WriteOptions(tile: 20))
    }
  }

  @Test func regionsEqualTheWhole() throws {
    let image = sample([90, 70, 3, 2], type: .uint16)
    for tile in [nil, 16] {
      let url = folder.file("a.tif")
      try ImageFile.write(image, to: url, options: WriteOptions(tile: tile))
      let open = try ImageFile.open(url)
      for (lower, upper) in [
        (SIMD3(0, 0, 0), SIMD3(90, 70, 3)), ([17, 3, 1], [40, 50, 3]), ([89, 69, 2], [90, 70, 3]),
        ([16, 16, 0], [32, 32, 1]),
      ] {
        let box = GridBox(lower: lower, upper: upper)
        for channels in [0..<2, 1..<2] {
          let part = try open.stored(box, channels: channels)
          #expect(part.voxels == image.voxels.cropped(to: ImageRegion(box: box, channels: channels)))
        }
      }
    }
  }

  @Test func pages() throws {
    let url = folder.file("a.tif")
    let image = sample([7, 5, 3])
    try ImageFile.write(image, to: url)
    for page in 0..<3 {
      let read = try ImageFile.read(url, options: ReadOptions(page: page))
      #expect(read.header.shape == [7, 5, 1])
      #expect(read.voxels.value(at: 0) == Double(page * 35))
    }
    let error = #expect(throws: ImageError.self) {
      try ImageFile.read(url, options: ReadOptions(page: 3))
    }
    #expect(error?.description.contains("from 0 to 2") == true)
  }

  /// Pages of one 8-bit pixel each, of the values 0, 1, 2, …, with a description.
  private func tiny(_ count: Int, description: String, width: Int = 1, last: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = [0x49, 0x49, 42, 0, 0, 0, 0, 0]
    bytes += (0..<count * width).map { UInt8($0 / width) }
    while bytes.count % 8 != 0 { bytes.append(0) }
    bytes[4] = UInt8(bytes.count & 255)
    bytes[5] = UInt8(bytes.count >> 8)
    for page in 0..<count {
      var block = TIFFDirectoryWriter(at: bytes.count, isBig: false)
      block.add(256, .long, [width])
      block.add(257, .long, [1])
      block.add(258, .short, [8])
      block.add(262, .short, [1])
      if page == 0, !description.isEmpty { block.add(270, text: Array(description.utf8) + [0]) }
      block.add(273, .long, [8 + page * width])
      block.add(279, .long, [width])
      let next = page == count - 1 ? last : bytes.count + block.byteCount
      bytes += block.bytes(next: next)
    }
    return bytes
  }

  private func read(_ bytes: [UInt8]) throws -> StoredImage {
    try ImageFile.open(FileSource(memory: bytes, name: "a.tif")).stored()
  }

  @Test func openMicroscopyOrders() throws {
    // 2 slices, 3 channels; planes run as C, then Z.
    let text = """
      <?xml version="1.0"?><OME xmlns="x"><Image ID="0"><Pixels DimensionOrder="XYCZT" SizeX="1" SizeY="1" \
      SizeC="3" SizeZ="2" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.25" PhysicalSizeZ="2" \
      PhysicalSizeZUnit="mm">TAIL</Pixels></Image></OME>
      """
    for tail in ["<TiffData/>", "", "<TiffData IFD=\"0\" PlaneCount=\"6\"></TiffData>"] {
      let image = try read(tiny(6, description: text.replacing("TAIL", with: tail)))
      #expect(image.header.shape == [1, 1, 2, 3])
      // Memory has slices first: (c0 z0) (c0 z1) (c1 z0) …
      #expect((0..<6).map { image.voxels.value(at: $0) } == [0, 3, 1, 4, 2, 5])
      let spacing = image.header.affine.spacing
      #expect(abs(spacing.x - 0.0005) < 1e-12 && abs(spacing.z - 2) < 1e-9)
    }
    // Planes one by one, in reverse.
    let listed = (0..<6).map { "<TiffData IFD=\"\(5 - $0)\" FirstC=\"\($0 % 3)\" FirstZ=\"\($0 / 3)\"/>" }
    let image = try read(tiny(6, description: text.replacing("TAIL", with: listed.joined())))
    #expect((0..<6).map { image.voxels.value(at: $0) } == [5, 2, 4, 1, 3, 0])
  }

  @Test func imageJHyperstacks() throws {
    let text = "ImageJ=1.53\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nfinterval=0.2\n"
    let image = try read(tiny(12, description: text))
    #expect(image.header.shape == [1, 1, 3, 2, 2])
    #expect(image.header.timeStep == 0.2)
    // Time 0: channel 0 has pages 0, 2, 4, channel 1 pages 1, 3, 5.
    #expect((0..<12).map { image.voxels.value(at: $0) } == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
  }

  @Test func imageJStacksOfOneDirectory() throws {
    // One directory, the other pages behind the first one's pixels.
    var bytes: [UInt8] = [0x49, 0x49, 42, 0, 16, 0, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0]
    var block = TIFFDirectoryWriter(at: 16, isBig: false)
    block.add(256, .long, [1])
    block.add(257, .long, [1])
    block.add(258, .short, [8])
    block.add(270, text: Array("ImageJ=1.53\nimages=3\nslices=3\n".utf8) + [0])
    block.add(273, .long, [8])
    block.add(279, .long, [1])
    bytes += block.bytes(next: 0)
    let image = try read(bytes)
    #expect((0..<3).map { image.voxels.value(at: $0) } == [7, 8, 9])
    let open = try ImageFile.open(
      FileSource(memory: bytes, name: "a.tif"), options: ReadOptions(page: 2))
    #expect(try open.stored().voxels.value(at: 0) == 9)
  }

  @Test func circlesAndLies() throws {
    // The second page leads back to the first.
    let loop = tiny(2, description: "", last: 16)
    let error = #expect(throws: ImageError.self) { try read(loop) }
    #expect(error?.description.contains("back") == true)
    // A page of 2³⁰ pixels a side with a strip of one byte.
    var huge = tiny(1, description: "")
    for (at, value) in [(16 + 2 + 8, 0x3fff_ffff), (16 + 14 + 8, 0x3fff_ffff)] {
      for byte in 0..<4 { huge[at + byte] = UInt8(value >> (8 * byte) & 255) }
    }
    #expect(throws: ImageError.self) { try read(huge) }
    // Strips behind the end.
    #expect(throws: ImageError.self) { try read(Array(tiny(1, description: "", width: 4000).prefix(3000))) }
  }

  @Test func numbersAreAsStored() throws {
    // Four pixels of 2 bits, zero is white: 0, 1, 2, 3.
    func page(_ photometric: Int, bits: Int, fillOrder: Int, byte: UInt8) throws -> [Double] {
      var bytes: [UInt8] = [0x49, 0x49, 42, 0, 16, 0, 0, 0, byte, 0, 0, 0, 0, 0, 0, 0]
      var block = TIFFDirectoryWriter(at: 16, isBig: false)
      block.add(256, .long, [4])
      block.add(257, .long, [1])
      block.add(258, .short, [bits])
      block.add(262, .short, [photometric])
      block.add(266, .short, [fillOrder])
      block.add(273, .long, [8])
      block.add(279, .long, [1])
      bytes += block.bytes(next: 0)
      let image = try read(bytes)
      return (0..<4).map { image.voxels.value(at: $0) }
    }
    #expect(try page(0, bits: 2, fillOrder: 1, byte: 0b0001_1011) == [0, 1, 2, 3])
    #expect(try page(1, bits: 2, fillOrder: 2, byte: 0b1101_1000) == [0, 1, 2, 3])
    #expect(try page(1, bits: 1, fillOrder: 1, byte: 0b0101_0000) == [0, 1, 0, 1])
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 5)
    let files = [
      try Raster.encode(sample([20, 18, 3], type: .int16), as: .tiff),
      try Raster.encode(sample([20, 18, 2], components: .rgb), as: .tiff, isCompressed: false),
      tiny(4, description: "ImageJ=1\nimages=4\nslices=2\nframes=2\n"),
    ]
    for whole in files {
      for _ in 0..<150 {
        let bytes = random.damaged(whole)
        _ = try? read(bytes)
        _ = try? ImageFile.open(
          FileSource(memory: bytes, name: "a"), options: ReadOptions(level: 0)
        ).stored()
      }
    }
  }
}
