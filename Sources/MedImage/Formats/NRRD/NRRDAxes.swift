import MedVoxel

/// What the axes of an NRRD are, and where the image lies.
struct NRRDAxes {
  /// In the file's order, the fastest first.
  var sizes: [Int] = []
  /// The axes of space, at most three; then those of a voxel's components and all others.
  var spatial: [Int] = []
  var others: [Int] = []
  var components = ImageHeader.Components.scalar
  var affine = Affine(spacing: [-1, -1, 1])
  var hasGeometry = false
  var timeStep: Double?
  var notes: [String] = []

  /// - Parameter complain: is told what is wrong with the header.
  init(_ header: NRRDHeader, type: VoxelType?, complain: (String) -> Void) {
    let dimension = header["dimension"].flatMap { Int($0) } ?? 0
    sizes = header.words("sizes").compactMap { Int($0) }
    guard (1...16).contains(dimension), sizes.count == dimension, sizes.allSatisfy({ $0 > 0 }) else {
      complain(
        "expected a dimension of 1 to 16 and as many positive sizes, found dimension “"
          + "\(header["dimension"] ?? "")” and sizes “\(header["sizes"] ?? "")”")
      return
    }
    let kinds = header.words("kinds").map { $0.lowercased() }
    if header["kinds"] != nil, kinds.count != dimension {
      complain("expected \(dimension) kinds, found “\(header["kinds"] ?? "")”")
    }
    let directions = header.vectors("space directions")
    if let directions, directions.count != dimension {
      complain("expected \(dimension) space directions, found “\(header["space directions"] ?? "")”")
      return
    }
    let spacings = header.words("spacings").map { Double($0) ?? .nan }
    func isSpatial(_ axis: Int) -> Bool {
      if let directions { return directions[axis] != nil }
      guard axis < kinds.count else { return true }
      return ["domain", "space", "???", "none"].contains(kinds[axis])
    }
    spatial = Array(sizes.indices.filter(isSpatial).prefix(3))
    others = sizes.indices.filter { !spatial.contains($0) }
    findComponents(kinds, type)
    findTime(header, kinds, spacings, directions)
    place(header, spacings, directions, complain: complain)
  }

  /// In the order of memory.
  var order: [Int] { spatial + others }

  /// Axes as an image header has them.
  var shape: [Int] {
    let outer = (components == .scalar ? others[...] : others.dropFirst()).map { sizes[$0] }
    let space = spatial.map { sizes[$0] }
    return outer.isEmpty ? space : space + [Int](repeating: 1, count: 3 - space.count) + outer
  }

  /// Colors and complex numbers, in the types that other formats have them in.
  private mutating func findComponents(_ kinds: [String], _ type: VoxelType?) {
    for axis in others where axis < kinds.count {
      let found: ImageHeader.Components? =
        switch (kinds[axis], sizes[axis]) {
        case ("rgb-color", 3) where type == .uint8: .rgb
        case ("rgba-color", 4) where type == .uint8: .rgba
        case ("complex", 2) where type == .float32 || type == .float64: .complex
        default: nil
        }
      guard let found else { continue }
      components = found
      others = [axis] + others.filter { $0 != axis }
      return
    }
  }

  private mutating func findTime(
    _ header: NRRDHeader, _ kinds: [String], _ spacings: [Double], _ directions: [[Double]?]?
  ) {
    let outer = components == .scalar ? others[...] : others.dropFirst()
    guard let axis = outer.first else { return }
    let units = header.quoted("units")
    let unit = axis < units.count ? units[axis].lowercased() : ""
    let scale = ["s": 1.0, "sec": 1, "second": 1, "seconds": 1, "ms": 1e-3, "us": 1e-6][unit]
    let isTime = axis < kinds.count && kinds[axis] == "time"
    var step = axis < spacings.count ? spacings[axis] : .nan
    // Spaces with time have it as the fourth number.
    if let vector = directions?[axis], vector.count == 4 { step = vector[3] }
    guard isTime || scale != nil || directions?[axis] != nil, step.isFinite, step > 0 else { return }
    timeStep = step * (scale ?? 1)
  }

  // MARK: Geometry

  private mutating func place(
    _ header: NRRDHeader, _ spacings: [Double], _ directions: [[Double]?]?, complain: (String) -> Void
  ) {
    let signs = signs(header["space"]?.lowercased() ?? "")
    var columns: [SIMD3<Double>] = [[-1, 0, 0], [0, -1, 0], [0, 0, 1]]
    let minimums = header.words("axis mins").map { Double($0) ?? .nan }
    var origin = SIMD3<Double>.zero
    for (position, axis) in spatial.enumerated() {
      var column = SIMD3<Double>.zero
      if let vector = directions?[axis] {
        for (row, value) in vector.prefix(3).enumerated() { column[row] = value }
        if vector.count == 2, position == 2 { complain("expected space directions of 3 numbers, found 2") }
      } else {
        column[position] = axis < spacings.count && spacings[axis].isFinite ? spacings[axis] : 1
        if axis < minimums.count, minimums[axis].isFinite { origin[position] = minimums[axis] }
      }
      columns[position] = column * signs
    }
    if header["space origin"] != nil {
      let numbers = (header.vectors("space origin")?.first ?? nil) ?? []
      if numbers.isEmpty || !numbers.allSatisfy(\.isFinite) {
        complain("expected a space origin such as (0,0,0), found “\(header["space origin"] ?? "")”")
      }
      for (row, value) in numbers.prefix(3).enumerated() { origin[row] = value }
      hasGeometry = true
    } else {
      notes.append("the header has no space origin: the position is made up")
    }
    affine = Affine(i: columns[0], j: columns[1], k: columns[2], origin: origin * signs)
    if affine.isSingular {
      complain("the space directions or spacings give no usable geometry: \(affine.rows.prefix(3))")
    }
    let units = header.quoted("space units").filter { !$0.isEmpty && $0.lowercased() != "mm" }
    if let unit = units.first {
      notes.append("the header gives lengths in “\(unit)”; they are taken as millimeters, as usual")
    }
  }

  /// From the file's space to RAS: the signs of x, y and z.
  private mutating func signs(_ space: String) -> SIMD3<Double> {
    switch space.hasSuffix("-time") ? String(space.dropLast(5)) : space {
    case "right-anterior-superior", "ras", "rast": return [1, 1, 1]
    case "left-anterior-superior", "las", "last": return [-1, 1, 1]
    case "left-posterior-superior", "lps", "lpst", "": return [-1, -1, 1]
    default:
      notes.append("the space “\(space)” says nothing of left and right; it is taken as LPS")
      return [-1, -1, 1]
    }
  }
}
