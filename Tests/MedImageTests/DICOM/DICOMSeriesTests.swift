import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

@Suite struct DICOMSeriesTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// One slice of two pixels.
  private func slice(_ number: Int, z: Double, _ change: (inout DICOMBytes) -> Void = { _ in }) -> DICOMBytes
  {
    var data = DICOMBytes()
    data.text(0x0008_0018, "UI", "1.2.\(number)")
    data.text(0x0008_0060, "CS", "MR")
    change(&data)
    data.text(0x0020_000e, "UI", "1.2.3")
    data.text(0x0020_0013, "IS", "\(number)")
    data.decimals(0x0020_0032, 0, 0, z)
    data.decimals(0x0020_0037, 1, 0, 0, 0, 1, 0)
    data.image(2, 1)
    data.decimals(0x0028_0030, 1, 1)
    data.pixels(data.bytes(UInt16(number)) + data.bytes(UInt16(0)))
    return data
  }

  private func write(_ slices: [DICOMBytes]) throws {
    for (index, slice) in slices.enumerated() {
      _ = try folder.file("\(index)", containing: slice.file)
    }
  }

  @Test func missingSlicesAreNamed() throws {
    try write([0, 2, 4, 8, 10].enumerated().map { slice($0, z: $1) })
    let header = try ImageFile.open(folder.url).header
    #expect(header.shape == [2, 1, 5])
    #expect(header.affine.spacing.z == 2.5)
    #expect(header.notes.contains { $0.contains("1 of 2 mm are missing, after the slices at 4 mm") })
  }

  @Test func tiltedGantry() throws {
    try write(
      (0..<3).map { k in
        var data = DICOMBytes()
        data.text(0x0008_0018, "UI", "1.2.\(k)")
        data.text(0x0020_000e, "UI", "1.2.3")
        data.decimals(0x0020_0032, 0, Double(k), Double(2 * k))
        data.decimals(0x0020_0037, 1, 0, 0, 0, 1, 0)
        data.image(1, 1)
        data.decimals(0x0028_0030, 1, 1)
        data.pixels([0, 0])
        return data
      })
    let header = try ImageFile.open(folder.url).header
    #expect(header.affine == Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, -1, 2], origin: .zero))
    #expect(header.notes.contains { $0.contains("gantry tilt") && $0.contains("26.5") })
  }

  /// Echoes whose numbers run against each other at the two positions.
  @Test func echoesAreToldApart() throws {
    func echo(_ time: Double) -> (inout DICOMBytes) -> Void { { $0.decimals(0x0018_0081, time) } }
    try write([
      slice(1, z: 0, echo(5)), slice(2, z: 0, echo(10)), slice(3, z: 1, echo(10)), slice(4, z: 1, echo(5)),
    ])
    let image = try ImageFile.read(folder.url)
    #expect(image.header.shape == [2, 1, 2, 2])
    let voxels = image.scalarImage().voxels
    #expect(
      [voxels[0, 0, 0, 0], voxels[0, 0, 0, 1], voxels[1, 0, 0, 0], voxels[1, 0, 0, 1]] == [1, 4, 2, 3])
    #expect(image.header.facts.contains(.init("channels", "EchoTime")))
    #expect(image.header.facts.contains(.init("EchoTime", "5, 10")))
    #expect(image.header.timeStep == nil)
    // One plane of one channel, without the others.
    let part = try ImageFile.open(folder.url).stored(
      GridBox(lower: [0, 0, 1], upper: [1, 1, 2]), channels: 1..<2)
    #expect(part.scalarImage().voxels.elements == [3])
  }

  @Test(arguments: ["SIEMENS", "GE MEDICAL SYSTEMS", "Philips", "UIH"]) func diffusionWeightings(
    _ maker: String
  ) throws {
    func weighting(_ value: Double) -> (inout DICOMBytes) -> Void {
      { data in
        data.text(0x0008_0070, "LO", maker)
        switch maker {
        case "SIEMENS": data.text(0x0019_100c, "IS", "\(Int(value))")
        case "Philips": data.add(0x2001_1003, "FL", data.bytes(Float(value)))
        case "UIH": data.add(0x0065_1009, "FD", data.bytes(value))
        default: data.text(0x0043_1039, "IS", "\(1_000_000_000 + Int(value))\\8\\0\\0")
        }
      }
    }
    try write([slice(1, z: 0, weighting(0)), slice(2, z: 0, weighting(800))])
    #expect(try ImageFile.open(folder.url).header.facts.contains(.init("DiffusionBValue", "0, 800")))
  }

  @Test func timesMakeATimeStep() throws {
    try write(
      (0..<3).map { number in
        slice(number, z: 0) { $0.text(0x0008_0032, "TM", "1000\(10 + 2 * number).500") }
      })
    #expect(try ImageFile.open(folder.url).header.timeStep == 2)
  }

  @Test func framesOfACine() throws {
    var data = DICOMBytes()
    data.text(0x0008_0060, "CS", "US")
    data.decimals(0x0018_1063, 40)
    data.image(2, 1, frames: 3, bits: 8)
    data.pixels([1, 2, 3, 4, 5, 6], "OB")
    let image = try ImageFile.open(folder.file("cine", containing: data.file), as: DICOM.self)
    #expect(image.header.shape == [2, 1, 1, 3] && image.header.timeStep == 0.04)
    #expect(try image.scalarImage().voxels.elements == [1, 2, 3, 4, 5, 6])
  }

  /// Frames of two orientations in one file, in an order of their own and with a rescaling each.
  @Test func functionalGroups() throws {
    func frame(_ z: Double, slope: Double, turned: Bool = false) -> (inout DICOMBytes) -> Void {
      { data in
        data.sequence(0x0020_9113, [{ $0.decimals(0x0020_0032, 0, 0, z) }])
        data.sequence(
          0x0020_9116,
          [
            {
              turned
                ? $0.decimals(0x0020_0037, 0, 1, 0, 0, 0, -1) : $0.decimals(0x0020_0037, 1, 0, 0, 0, 1, 0)
            }
          ])
        data.sequence(
          0x0028_9145,
          [
            {
              $0.decimals(0x0028_1052, 1); $0.decimals(0x0028_1053, slope)
            }
          ])
      }
    }
    var data = DICOMBytes()
    data.text(0x0008_0060, "CS", "MR")
    data.text(0x0020_000e, "UI", "1.2.3")
    data.image(1, 1, frames: 3)
    data.sequence(0x5200_9229, [{ $0.sequence(0x0028_9110, [{ $0.decimals(0x0028_0030, 2, 2) }]) }])
    data.sequence(0x5200_9230, [frame(3, slope: 2), frame(0, slope: 1), frame(9, slope: 1, turned: true)])
    data.pixels([10, 0, 20, 0, 30, 0])
    _ = try folder.file("enhanced", containing: data.file)
    let all = try DICOM.series(in: folder.url)
    #expect(all.map(\.name) == ["1.2.3#1", "1.2.3#2"])
    let first = try DICOM.open(all[0])
    #expect(first.header.shape == [1, 1, 2] && first.header.affine.spacing == [2, 2, 3])
    #expect(try first.scalarImage().voxels.elements == [21, 21])
    #expect(try DICOM.open(all[1]).scalarImage().voxels.elements == [31])
  }

  /// Four tiles of two by one pixels, three of them slices.
  @Test func mosaics() throws {
    var data = DICOMBytes()
    data.text(0x0008_0008, "CS", "ORIGINAL\\PRIMARY\\M\\MOSAIC")
    data.decimals(0x0018_0088, 4)
    data.text(0x0019_0010, "LO", "SIEMENS MR HEADER")
    data.short(0x0019_100a, 3)
    data.decimals(0x0020_0032, -10, -20, 30)
    data.decimals(0x0020_0037, 1, 0, 0, 0, 1, 0)
    data.image(4, 2, bits: 8)
    data.decimals(0x0028_0030, 3, 2)
    data.pixels([1, 2, 3, 4, 5, 6, 7, 8], "OB")
    let url = try folder.file("mosaic", containing: data.file)
    #expect(try ImageFile.open(url, as: DICOM.self).header.shape == [4, 2, 1])
    let options = ReadOptions(dicom: DICOMOptions(splitsMosaics: true))
    let image = try DICOM.open(FileSource(url), options: options)
    #expect(image.header.shape == [2, 1, 3])
    #expect(try image.scalarImage().voxels.elements == [1, 2, 3, 4, 5, 6])
    // The corner moves by half of what the mosaic is larger than a tile: one column, half a row.
    #expect(
      image.header.affine == Affine(i: [-2, 0, 0], j: [0, -3, 0], k: [0, 0, 4], origin: [8, 18.5, 30]))
    #expect(image.header.notes.contains { $0.contains("right-handed") })
  }
}

extension ImageFile {
  /// Files whose names tell nothing, read as one format.
  static func open(_ url: URL, as codec: any ImageCodec.Type) throws -> OpenImage {
    try codec.open(FileSource(url), options: ReadOptions())
  }
}
