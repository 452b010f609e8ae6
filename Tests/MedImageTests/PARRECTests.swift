import Foundation
import MedImage
import MedTestSupport
import MedVoxel
import Testing

/// PAR/REC pairs of 2×1 voxels a slice, put together line by line.
struct RawPAR {
  struct Image {
    var slice = 1
    var dynamic = 1
    var index = 0
    var slope = 1.0
    var scaleSlope = 2.0
    var intercept = 0.0
    var orientation = 1
    var columns = 2
    var bits = 8
  }

  var version = "V4.2"
  var slices = 2
  var dynamics = 1
  var angles = "0 0 0"
  var images: [Image] = [Image(), Image(slice: 2, index: 1)]

  private func line(_ image: Image) -> String {
    var words = [
      "\(image.slice)", "1", "\(image.dynamic)", "1", "0", "2", "\(image.index)", "\(image.bits)", "100",
    ]
    words += [
      "\(image.columns)", "1", "\(image.intercept)", "\(image.slope)", "\(image.scaleSlope)", "0", "0",
    ]
    words += [
      "0", "0", "0", "0", "0", "0", "3.0", "1.0", "0", "\(image.orientation)", "0", "0", "2.0", "2.0",
    ]
    words += ["30", "0", "0", "\(image.dynamic * 100)", "1", "90", "0", "0", "0", "1", "0"]
    if version != "V4" { words += ["1", "1", "8", "0", "0", "0", "0"] }
    if version == "V4.2" { words.append("1") }
    return "  " + words.joined(separator: " ")
  }

  var text: String {
    """
    # === DATA DESCRIPTION FILE =====
    #
    # CLINICAL TRYOUT             Research image export tool     \(version)
    #
    .    Patient name                       :   phantom
    .    Max. number of slices/locations    :   \(slices)
    .    Max. number of dynamics            :   \(dynamics)
    .    Repetition time [ms]               :   2000.000
    .    Angulation midslice(ap,fh,rl)[degr]:   \(angles)
    .    Off Centre midslice(ap,fh,rl) [mm] :   5 6 7
    .    Dynamic scan      <0=no 1=yes> ?   :   \(dynamics > 1 ? 1 : 0)
    #
    # sl ec dyn

    \(images.map(line).joined(separator: "\n"))

    # === END OF DATA DESCRIPTION FILE =====

    """
  }
}

@Suite struct PARRECTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func pair(_ raw: RawPAR, _ voxels: [UInt8]) throws -> URL {
    _ = try folder.file("a.REC", containing: voxels)
    return try folder.file("a.PAR", containing: Array(raw.text.utf8))
  }

  @Test(arguments: ["V4", "V4.1", "V4.2"]) func versions(version: String) throws {
    let open = try ImageFile.open(pair(RawPAR(version: version), [1, 2, 3, 4]))
    #expect(open.header.shape == [2, 1, 2] && open.header.type == .uint8)
    #expect(open.header.format == "PAR/REC \(version)")
    #expect(try open.scalarImage().voxels.elements == [1, 2, 3, 4])
    #expect(open.header.facts.contains(.init("scale slope", "2")))
    // Transverse: columns to the left, rows to the back, slices up; the middle at RL 7, AP 5, FH 6.
    let wanted = Affine(i: [-2, 0, 0], j: [0, -2, 0], k: [0, 0, 4], origin: [-7 + 1, -5, 6 - 2])
    #expect(open.header.affine == wanted)
    #expect(try ScalarImage(contentsOf: folder.file("a.REC")).voxels.elements == [1, 2, 3, 4])
  }

  @Test func orientations() throws {
    func affine(_ orientation: Int, _ angles: String = "0 0 0") throws -> Affine {
      var raw = RawPAR(angles: angles)
      for index in raw.images.indices { raw.images[index].orientation = orientation }
      return try ImageFile.open(pair(raw, [1, 2, 3, 4])).header.affine
    }
    #expect(try affine(2).orientation.description == "PIR")
    #expect(try affine(3).orientation.description == "LIP")
    // A quarter turn around the axis from foot to head.
    let turned = try affine(1, "0 90 0")
    #expect(length(turned.columns.i - [0, -2, 0]) < 1e-12 && length(turned.columns.j - [2, 0, 0]) < 1e-12)
  }

  @Test func volumesAndScaling() throws {
    var raw = RawPAR(dynamics: 2)
    raw.images = [
      .init(slice: 2, dynamic: 1, index: 3), .init(slice: 1, dynamic: 1, index: 0),
      .init(slice: 1, dynamic: 2, index: 2), .init(slice: 2, dynamic: 2, index: 1),
    ]
    let open = try ImageFile.open(pair(raw, Array(0..<8)))
    #expect(open.header.shape == [2, 1, 2, 2] && open.header.timeStep == 2)
    #expect(open.header.facts.contains(.init("dynamic scan number", "1 2")))
    #expect(open.header.facts.contains(.init("diffusion_b_factor", "100 200")))
    #expect(try open.scalarImage().voxels.elements == [0, 1, 6, 7, 4, 5, 2, 3])
    for index in raw.images.indices { raw.images[index].slope = 0.5 }
    let same = try ImageFile.open(pair(raw, Array(0..<8)))
    #expect(same.header.type == .uint8 && same.header.rescale.slope == 0.5)
    (raw.images[0].slope, raw.images[0].intercept) = (3, 1)
    let apart = try ImageFile.open(pair(raw, Array(0..<8)))
    #expect(apart.header.type == .float64)
    #expect(try apart.scalarImage().voxels.elements == [0, 0.5, 19, 22, 2, 2.5, 1, 1.5])
    // Numbers that are no positions give way to the lines' order.
    for index in raw.images.indices { raw.images[index].index = 0 }
    let unnumbered = try ImageFile.open(pair(raw, Array(0..<8)))
    #expect(unnumbered.header.notes.contains { $0.contains("index in REC file") })
    #expect(try unnumbered.scalarImage().voxels.elements == [1, 1.5, 1, 4, 2, 2.5, 3, 3.5])
  }

  @Test func truncation() throws {
    var raw = RawPAR(dynamics: 2)
    raw.images += [.init(slice: 1, dynamic: 2, index: 2)]
    let url = try pair(raw, Array(0..<6))
    let error = #expect(throws: ImageError.self) { try ImageFile.open(url) }
    #expect(error?.description.contains("volumes lack slices") == true)
    let open = try ImageFile.open(url, options: ReadOptions(permitsTruncated: true))
    #expect(open.header.shape == [2, 1, 2] && open.header.notes.count == 2)
    #expect(try open.scalarImage().voxels.elements == [0, 1, 2, 3])
  }

  @Test func refusals() throws {
    func refused(_ raw: RawPAR, _ voxels: [UInt8] = [1, 2, 3, 4], _ words: String...) throws {
      let error = #expect(throws: ImageError.self) { try ScalarImage(contentsOf: pair(raw, voxels)) }
      for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }
    try refused(RawPAR(), [1, 2, 3], "4 bytes", "a.REC")
    try refused(RawPAR(version: "V3"), [1], "V4.2")
    try refused(RawPAR(images: []), [1], "no image")
    try refused(RawPAR(slices: 1), [1], "slice numbers")
    try refused(RawPAR(slices: 3), [1, 2, 3, 4], "cut off", "found 2")
    try refused(RawPAR(angles: "x"), [1], "geometry", "angulation")
    var raw = RawPAR()
    raw.images[1].columns = 3
    try refused(raw, [1], "recon resolution differs")
    raw.images[1].columns = 2
    for index in raw.images.indices { raw.images[index].bits = 12 }
    try refused(raw, [1], "8 or 16")
    for index in raw.images.indices { (raw.images[index].bits, raw.images[index].columns) = (8, -4) }
    try refused(raw, [1], "65535")
    let alone = try folder.file("b.par", containing: Array(RawPAR().text.utf8))
    #expect(throws: ImageError.self) { try ImageFile.open(alone) }
  }

  @Test func damagedBytesNeverCrash() throws {
    var random = RandomStream(seed: 12)
    let whole = Array(RawPAR().text.utf8)
    let url = try pair(RawPAR(), [1, 2, 3, 4])
    for _ in 0..<300 {
      let bytes = random.damaged(whole)
      try Data(bytes).write(to: url)
      _ = try? ScalarImage(contentsOf: url)
    }
  }
}
