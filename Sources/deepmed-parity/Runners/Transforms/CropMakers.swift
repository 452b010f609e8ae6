import MedCheckpoint
import MedImage
import MedTransform
import MedVoxel

extension TransformRunners {
  static let spatialPad: Maker = { arguments, _, image in
    let size = try arguments.ints("spatial_size")
    guard size.count == 1 || size.count == image.rank else {
      throw ParityRefusal("\(size.count) sizes for \(image.rank) axes")
    }
    var wanted = size.gridSize(keeping: image.image.size)
    if image.rank == 2 { wanted.z = 1 }
    let side: SpatialPad.Side = try arguments.string("method", or: "symmetric") == "end" ? .end : .both
    return Prepared(SpatialPad(to: wanted, side: side, boundary: try padding(arguments)))
  }

  static func padding(_ arguments: Arguments, key: Int? = nil) throws -> Boundary {
    let value = arguments.value("mode")
    let mode = key.flatMap { key in value?.array.flatMap { key < $0.count ? $0[key] : $0.last } } ?? value
    switch mode?.string ?? "constant" {
    case "constant":
      return .constant(try arguments.double("value", or: try arguments.double("constant_values", or: 0)))
    case "edge", "replicate": return .border
    case "reflect": return .mirror
    case "symmetric": return .reflection
    case let name
    where ["wrap", "circular", "minimum", "maximum", "mean", "median", "linear_ramp", "empty"]
      .contains(name):
      throw Unsupported("argument mode = \(name)")
    case let name: throw ParityRefusal("no padding mode \(name)")
    }
  }

  static let centerSpatialCrop: Maker = { arguments, _, image in
    let size = try arguments.ints("roi_size")
    guard size.count == 1 || size.count == image.rank else {
      throw ParityRefusal("\(size.count) sizes for \(image.rank) axes")
    }
    return Prepared(CenterCrop(to: size.gridSize(keeping: .zero)))
  }

  static let spatialCrop: Maker = { arguments, _, image in
    var box = GridBox(size: image.image.size)
    if let slices = arguments.value("roi_slices")?.array {
      for (axis, slice) in slices.enumerated() where axis < image.rank {
        let n = image.image.size[axis]
        func bound(_ value: JSONValue?, _ fallback: Int) -> Int {
          guard let at = value?.int else { return fallback }
          return min(max(at < 0 ? at + n : at, 0), n)
        }
        box.lower[axis] = bound(slice.array?.first, 0)
        box.upper[axis] = max(box.lower[axis], bound(slice.array?.last, n))
      }
      return Prepared(Crop(box))
    }
    let starts: [Int]
    let ends: [Int]
    if arguments.value("roi_center") != nil, arguments.value("roi_size") != nil {
      let size = try arguments.ints("roi_size")
      var centers = try arguments.ints("roi_center")
      if centers.count == 1 { centers = Array(repeating: centers[0], count: size.count) }
      guard centers.count == size.count else { throw ParityRefusal("centers and sizes differ in number") }
      starts = zip(centers, size).map { max($0 - $1 / 2, 0) }
      ends = zip(starts, size).map { $0 + $1 }
    } else {
      guard arguments.value("roi_start") != nil, arguments.value("roi_end") != nil else {
        throw ParityRefusal("neither start and end nor center and size")
      }
      starts = try arguments.ints("roi_start").map { max($0, 0) }
      ends = try arguments.ints("roi_end")
    }
    for axis in 0..<min(image.rank, starts.count, ends.count) {
      let n = image.image.size[axis]
      box.lower[axis] = min(starts[axis], n)
      box.upper[axis] = min(max(ends[axis], box.lower[axis]), n)
    }
    return Prepared(Crop(box))
  }

  static let cropForeground: Maker = { arguments, _, image in
    let boundary = try padding(arguments)
    let transform = try foregroundCrop(arguments, rank: image.rank, boundary: boundary)
    let box = try foregroundBox(transform, arguments, image.image)
    var prepared = Prepared(Crop(box, boundary: boundary))
    if try arguments.bool("return_coords", or: false) {
      prepared.extra = coordinates(box, rank: image.rank, names: ("box_start", "box_end"))
    }
    return prepared
  }

  static func coordinates(_ box: GridBox, rank: Int, names: (String, String)) -> [Output] {
    [(names.0, box.lower), (names.1, box.upper)].map { name, index in
      Output(name, NDArray(shape: [rank], values: (0..<rank).map { Double(index[$0]) }))
    }
  }

  static func foregroundCrop(
    _ arguments: Arguments, rank: Int, boundary: Boundary
  ) throws -> ForegroundCrop {
    func sizes(_ name: String, _ fallback: Int) throws -> GridSize {
      let values = try arguments.ints(name, or: [fallback])
      var size = GridSize(repeating: fallback)
      for axis in 0..<rank where values.count == 1 || axis < values.count {
        size[axis] = values[values.count == 1 ? 0 : axis]
      }
      guard (0..<rank).allSatisfy({ size[$0] >= 0 }) else { throw ParityRefusal("a negative \(name)") }
      return size
    }
    return ForegroundCrop(
      margin: try sizes("margin", 0), multiple: try sizes("k_divisible", 1),
      isClipped: try arguments.bool("allow_smaller", or: false), boundary: boundary)
  }

  /// The foreground that the reference's function selects, through an image that is 1 there.
  static func foregroundBox(
    _ transform: ForegroundCrop, _ arguments: Arguments, _ image: ScalarImage
  ) throws -> GridBox {
    let function = arguments.function("select_fn") ?? "positive"
    let selects: (Float) -> Bool
    switch function {
    case "positive": selects = { $0 > 0 }
    case "nonzero": selects = { $0 != 0 }
    case "negative": selects = { $0 < 0 }
    case "above_half": selects = { $0 > 0.5 }
    case "equals_two": selects = { $0 == 2 }
    default: throw Unsupported("function \(function)")
    }
    let channels = try arguments.ints("channel_indices", or: Array(0..<image.channels))
    let count = image.size.voxelCount
    let elements = image.voxels.elements
    let selected = channels.flatMap { c in
      (0..<count).map { selects(elements[c * count + $0]) ? Float(1) : 0 }
    }
    let mask = ScalarImage(
      voxels: VoxelBuffer(channels: channels.count, size: image.size, elements: selected),
      affine: image.affine)
    return transform.box(in: .scalar(mask)) ?? GridBox(lower: .zero, upper: .zero)
  }
}
