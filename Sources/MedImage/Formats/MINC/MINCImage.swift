import MedVoxel

/// What MINC says of an image, in either of its containers.
struct MINCImage {
  struct Dimension {
    var name: String
    var length: Int
    var step: Double?
    var start: Double?
    var cosines: [Double]?
    var spacing: String?
    var units: String?
  }

  /// Real values that the ends of the stored range mean, of one slab each.
  struct Limits {
    /// The leading dimensions, each of whose positions has limits of its own.
    var dimensions: [String]
    var values: [Double]
    var isSingle: Bool
  }

  /// The slowest first.
  var dimensions: [Dimension]
  var type: VoxelType
  var validRange: [Double]?
  var maximum: Limits?
  var minimum: Limits?

  /// Axes and scaling as readers of voxels need them.
  struct Layout {
    var header: ImageHeader
    var axes: [Int]
    var order: [Int]
    /// One for each slab; nil for floats.
    var scales: [SlabScale]?
  }

  /// The axes of space in the file's order, the slowest first, then all others; as nibabel has it.
  ///
  /// - Throws: `ImageError` with all that is wrong.
  func layout(format: String, at location: String) throws(ImageError) -> Layout {
    var problems: [Problem] = []
    func complain(_ statement: String, remedy: String? = nil) {
      problems.append(Problem(statement, at: location, remedy: remedy))
    }
    let space = dimensions.indices.filter { dimensions[$0].name.hasSuffix("space") }
    let others = dimensions.indices.filter { !dimensions[$0].name.hasSuffix("space") }
    if space.count != 3 {
      complain(
        "expected three dimensions of space (xspace, yspace, zspace), found "
          + dimensions.map(\.name).joined(separator: ", "))
    }
    if dimensions.contains(where: { $0.length < 1 }) {
      complain("expected axes of at least 1 voxel, found \(dimensions.map(\.length))")
    }
    for index in space where dimensions[index].spacing?.hasPrefix("irregular") == true {
      complain("\(dimensions[index].name) has slices at irregular distances, which are not read")
    }
    guard problems.isEmpty else { throw ImageError(problems) }
    let affine = affine(space.map { dimensions[$0] })
    if affine.isSingular { complain("the geometry is not usable: \(affine.rows.prefix(3))") }
    let scales = scales(complain)
    guard problems.isEmpty else { throw ImageError(problems) }

    let last = dimensions.count - 1
    // The file's axes, the fastest first.
    let order = (space + others.reversed()).map { last - $0 }
    let axes = dimensions.map(\.length).reversed()
    var shape = order.map { dimensions[last - $0].length }
    while shape.count > 3, shape.last == 1 { shape.removeLast() }
    var header = ImageHeader(
      format: format, shape: shape, type: scales == nil ? type : .float64, affine: affine)
    if let time = dimensions.first(where: { $0.name == "time" }), let step = time.step, step > 0 {
      header.timeStep = time.units?.hasPrefix("ms") == true ? step / 1000 : step
    }
    header.facts = [
      .init("dimorder", dimensions.map(\.name).joined(separator: ",")), .init("type", type.rawValue),
    ]
    if let validRange { header.facts.append(.init("valid_range", "\(validRange[0]) \(validRange[1])")) }
    return Layout(header: header, axes: Array(axes), order: order, scales: scales)
  }

  private func affine(_ space: [Dimension]) -> Affine {
    let usual: [String: SIMD3<Double>] = ["xspace": [1, 0, 0], "yspace": [0, 1, 0], "zspace": [0, 0, 1]]
    var (columns, origin) = ([SIMD3<Double>](), SIMD3<Double>.zero)
    for dimension in space {
      var direction = usual[dimension.name] ?? .zero
      if let cosines = dimension.cosines, cosines.count == 3 {
        direction = [cosines[0], cosines[1], cosines[2]]
      }
      columns.append(direction * (dimension.step ?? 1))
      origin += direction * (dimension.start ?? 0)
    }
    return Affine(i: columns[0], j: columns[1], k: columns[2], origin: origin)
  }

  private func scales(_ complain: (String, String?) -> Void) -> [SlabScale]? {
    guard type != .float32, type != .float64 else { return nil }
    let ends = type.ends
    let range = validRange ?? [ends.lowest, ends.highest]
    guard range.count == 2, type.holds(range[0]), type.holds(range[1]), range[0] < range[1] else {
      complain("expected a valid range inside of \(type.rawValue), found \(range)", nil)
      return nil
    }
    let maximum = maximum ?? Limits(dimensions: [], values: [1], isSingle: false)
    let minimum = minimum ?? Limits(dimensions: [], values: [0], isSingle: false)
    let names = Array(dimensions.map(\.name).prefix(maximum.dimensions.count))
    let count = dimensions.prefix(names.count)
      .reduce(1) { $0.multipliedReportingOverflow(by: $1.length).partialValue }
    guard maximum.dimensions == names, minimum.dimensions == names, maximum.values.count == count,
      minimum.values.count == count
    else {
      complain(
        "image-max and image-min have the dimensions \(maximum.dimensions) and \(minimum.dimensions), expected "
          + "the image's first ones", nil)
      return nil
    }
    return zip(maximum.values, minimum.values).map { high, low in
      let span =
        maximum.isSingle && minimum.isSingle ? Double(Float(high) - Float(low)) : high - low
      let slope = span / (range[1] - range[0])
      return SlabScale(clip: range[0]...range[1], slope: slope, intercept: low - range[0] * slope)
    }
  }
}
