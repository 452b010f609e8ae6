import Foundation
import MedVoxel

/// What a PAR file says of the image: which slices make its volumes.
struct PARLayout {
  struct Slice {
    /// Its position in the REC file.
    var index: Int
    var rescale: Rescale
  }

  var shape: [Int]
  var type: VoxelType
  var affine: Affine
  var timeStep: Double?
  /// Slice by slice, volume by volume.
  var slices: [Slice]
  var facts: [ImageHeader.Fact]
  var notes: [String] = []

  /// - Parameter isLenient: whether a recording that was cut off is read as far as its volumes are whole.
  /// - Throws: `ImageError` with all that is wrong.
  init(_ header: PARHeader, isLenient: Bool, at location: String) throws(ImageError) {
    var problems: [Problem] = []
    func complain(_ statement: String, remedy: String? = nil) {
      problems.append(Problem(statement, at: location, remedy: remedy))
    }
    let images = header.images
    func same(_ column: PARHeader.Column) -> Double {
      let values = Set(images.map { $0[column] })
      if values.count != 1 { complain("\(column.name) differs between images, which is not read") }
      return images[0][column]
    }
    let (columns, rows) = (same(.columns), same(.rows))
    let bits = same(.pixelBits)
    let spacing: SIMD3<Double> = [same(.spacingX), same(.spacingY), same(.thickness) + same(.gap)]
    let orientation = same(.orientation)
    guard problems.isEmpty else { throw ImageError(problems) }
    let size = [columns, rows].map { 1...65535 ~= $0 ? Int(exactly: $0) ?? 0 : 0 }
    if size.contains(0) { complain("expected a recon resolution from 1 to 65535, found \(columns) \(rows)") }
    let type: VoxelType? = [8: .uint8, 16: .uint16][bits]
    if type == nil { complain("expected an image pixel size of 8 or 16 bits, found \(bits)") }

    let count = Int(header["Max. number of slices/locations"] ?? "") ?? 0
    let numbers = images.map { $0.integer(.slice) }
    if !(1...65535 ~= count) {
      complain("expected “Max. number of slices/locations” of at least 1, found \(count)")
    } else if let bad = numbers.first(where: { !(1...count ~= $0) }) {
      complain("expected slice numbers from 1 to \(count), found \(bad)")
    }
    let affine = Self.affine(header, size: size + [Set(numbers).count], spacing: spacing, orientation)
    if affine.isSingular {
      complain(
        "the geometry is not usable: spacing \(spacing), orientation \(orientation), angulation "
          + "“\(header[PARLayout.angulation] ?? "none")”, off center “\(header[PARLayout.offCenter] ?? "none")”"
      )
    }
    guard problems.isEmpty, let type else { throw ImageError(problems) }

    let missing = Self.missing(header, count: count)
    if !isLenient {
      for problem in missing {
        complain(
          problem,
          remedy: "the recording was cut off; whole volumes of it are read when truncation is permitted")
      }
    }
    let volumes = Self.volumes(numbers)
    // What an incomplete recording lacks in every volume is none of the image.
    let present = Set(numbers)
    let whole = volumes.filter { $0.count == present.count }
    if whole.isEmpty { complain("no volume has all its \(present.count) slices") }
    guard problems.isEmpty else { throw ImageError(problems) }
    notes += missing.map { "cut off: \($0)" }
    if whole.count < volumes.count {
      notes.append("\(volumes.count - whole.count) incomplete volumes are left out")
    }

    var indices = images.map { $0.integer(.index) }
    if Set(indices).count != indices.count || indices.contains(where: { !(indices.indices ~= $0) }) {
      indices = Array(indices.indices)
      notes.append(
        "“index in REC file” doesn't number the images; they are taken in the order of their lines")
    }
    shape = size + [present.count] + (whole.count > 1 ? [whole.count] : [])
    (self.type, self.affine) = (type, affine)
    slices = whole.joined().map { image in
      Slice(
        index: indices[image],
        rescale: Rescale(slope: images[image][.slope], intercept: images[image][.intercept]))
    }
    facts = header.general.map { .init($0.key, $0.value) }
    facts += Self.labels(header, whole.map { images[$0[0]] })
    let repetition = header.numbers(header["Repetition time [ms]", "Repetition time [msec]"])
    let isDynamic = Int(header["Dynamic scan      <0=no 1=yes> ?"] ?? "") ?? 0 != 0
    if whole.count > 1, isDynamic, let time = repetition.first, time > 0 { timeStep = time / 1000 }
    if repetition.count > 1 { notes.append("there are several repetition times; the first is the time step") }
  }

  static let angulation = "Angulation midslice(ap,fh,rl)[degr]"
  static let offCenter = "Off Centre midslice(ap,fh,rl) [mm]"

  /// What the general information promises and the images don't have.
  private static func missing(_ header: PARHeader, count: Int) -> [String] {
    let promises: [(PARHeader.Column, String)] = [
      (.slice, "Max. number of slices/locations"), (.echo, "Max. number of echoes"),
      (.dynamic, "Max. number of dynamics"), (.bValueNumber, "Max. number of diffusion values"),
      (.gradientNumber, "Max. number of gradient orients"),
    ]
    var problems: [String] = []
    for (column, key) in promises where header.has(column) {
      guard let wanted = header[key].flatMap({ Int($0) }) else { continue }
      let found = Set(header.images.map { $0.integer(column) }).count
      if found != wanted { problems.append("expected \(wanted) values of \(column.name), found \(found)") }
    }
    let volumes = volumes(header.images.map { $0.integer(.slice) })
    let partial = volumes.filter { $0.count < count }.count
    if partial > 0 { problems.append("\(partial) of \(volumes.count) volumes lack slices") }
    return problems
  }

  /// Images of each volume, by slice number: the n-th appearance of a slice belongs to the n-th volume.
  private static func volumes(_ numbers: [Int]) -> [[Int]] {
    var volumes: [[Int]] = []
    var seen: [Int: Int] = [:]
    for (image, number) in numbers.enumerated() {
      let volume = seen[number, default: 0]
      seen[number] = volume + 1
      if volume == volumes.count { volumes.append([]) }
      volumes[volume].append(image)
    }
    return volumes.map { $0.sorted { numbers[$0] < numbers[$1] } }
  }

  /// What differs between volumes, in their order.
  private static func labels(_ header: PARHeader, _ first: [PARHeader.Image]) -> [ImageHeader.Fact] {
    let columns: [PARHeader.Column] = [
      .cardiacPhase, .echo, .echoTime, .labelType, .imageType, .dynamic, .sequence, .gradientNumber,
      .bValueNumber, .bFactor, .diffusionAP, .diffusionFH, .diffusionRL, .scaleSlope,
    ]
    return columns.filter(header.has).compactMap { column in
      let values = first.map { $0[column] }
      guard Set(values).count > 1 || column == .scaleSlope else { return nil }
      let axis =
        [PARHeader.Column.diffusionAP: " ap", .diffusionFH: " fh", .diffusionRL: " rl"][column] ?? ""
      let kept = Set(values).count > 1 ? values : Array(values.prefix(1))
      return .init(
        column.name + axis,
        kept.map { Int(exactly: $0).map(String.init) ?? "\($0)" }.joined(separator: " "))
    }
  }

  /// From voxels around the middle of the field of view, through the axes posterior, superior, left that the
  /// angles turn, to RAS.
  private static func affine(
    _ header: PARHeader, size: [Int], spacing: SIMD3<Double>, _ orientation: Double
  ) -> Affine {
    let zero = Affine(i: .zero, j: .zero, k: .zero)
    let angles = header.numbers(header[angulation])
    let offset = header.numbers(header[offCenter])
    guard angles.count == 3, offset.count == 3 else { return zero }
    let axes: Affine
    switch orientation {
    case 1: axes = Affine(i: [0, 0, 1], j: [1, 0, 0], k: [0, 1, 0])  // transverse
    case 2: axes = Affine(i: [1, 0, 0], j: [0, -1, 0], k: [0, 0, -1])  // sagittal
    case 3: axes = Affine(i: [0, 0, 1], j: [0, -1, 0], k: [1, 0, 0])  // coronal
    default: return zero
    }
    let middle = SIMD3(Double(size[0] - 1), Double(size[1] - 1), Double(size[2] - 1)) / 2
    let turn = rotation(z: angles[2]) * rotation(x: angles[0]) * rotation(y: angles[1])
    var placed = turn * axes * Affine(spacing: spacing) * Affine.translation(-middle)
    placed.origin += [offset[0], offset[1], offset[2]]
    return Affine(i: [0, -1, 0], j: [0, 0, 1], k: [-1, 0, 0]) * placed
  }

  private static func rotation(x: Double = 0, y: Double = 0, z: Double = 0) -> Affine {
    let angle = (x + y + z) * .pi / 180
    let (c, s) = (cos(angle), sin(angle))
    if x != 0 { return Affine(i: [1, 0, 0], j: [0, c, s], k: [0, -s, c]) }
    if y != 0 { return Affine(i: [c, 0, -s], j: [0, 1, 0], k: [s, 0, c]) }
    return Affine(i: [c, s, 0], j: [-s, c, 0], k: [0, 0, 1])
  }
}
