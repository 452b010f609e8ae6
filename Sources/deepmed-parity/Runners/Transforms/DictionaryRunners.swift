import MedCheckpoint
import MedImage
import MedTransform
import MedVoxel

extension TransformRunners {
  static let dictionaryRunners: [String: Runner] = [
    "Spacingd": { try eachKey($0, spacing) }, "Affined": { try eachKey($0, affine) },
    "SpatialPadd": { try eachKey($0, spatialPad) },
    "ScaleIntensityRanged": { try eachKey($0, scaleIntensityRange) },
    "NormalizeIntensityd": { try eachKey($0, normalizeIntensity) },
    "ResampleToMatchd": resampleToMatchd, "CropForegroundd": cropForegroundd,
  ]

  /// The inputs that the keys name, with each key's place in the list; the others come out as they are.
  private static func items(_ test: Case) throws -> [(entry: Entry, key: Int?)] {
    let keys = try test.arguments.strings("keys")
    let isMissingAllowed = try test.arguments.bool("allow_missing_keys", or: false)
    let entries = test.allInputs()
    guard !keys.isEmpty else { throw ParityRefusal("no keys") }
    if !isMissingAllowed, let absent = keys.first(where: { key in !entries.contains { $0.name == key } }) {
      throw ParityRefusal("no item \(absent)")
    }
    return entries.map { entry in (entry, keys.firstIndex(of: entry.name)) }
  }

  /// The same class for each key, its lists of modes taken apart.
  private static func eachKey(_ test: Case, _ maker: Maker) throws -> [Output] {
    test.arguments.ignore("ensure_same_shape")
    return try items(test).map { entry, key in
      let image = try ParityImage(entry)
      guard let key else { return try image.output(entry.name, image.subject) }
      let arguments = test.arguments.forKey(key)
      let prepared = try maker(arguments, test, image)
      try arguments.checkAllUsed()
      return try image.output(entry.name, try prepared.pipeline(image.subject))
    }
  }

  private static func resampleToMatchd(_ test: Case) throws -> [Output] {
    let target = try ParityImage(try test.input(try test.arguments.string("key_dst"))).image.grid
    return try items(test).map { entry, key in
      let image = try ParityImage(entry)
      guard let key else { return try image.output(entry.name, image.subject) }
      let sampling = try Sampling(test.arguments, nil, padding: "border", key: key)
      let transform = Resampling(
        to: .grid(target), interpolation: sampling.interpolation, boundary: sampling.boundary)
      return try image.output(entry.name, try transform(image.subject))
    }
  }

  private static func cropForegroundd(_ test: Case) throws -> [Output] {
    let arguments = test.arguments
    let source = try ParityImage(try test.input(try arguments.string("source_key")))
    let transform = try foregroundCrop(arguments, rank: source.rank, boundary: .constant(0))
    let box = try foregroundBox(transform, arguments, source.image)
    var outputs = try items(test).map { entry, key in
      let image = try ParityImage(entry)
      guard let key else { return try image.output(entry.name, image.subject) }
      let crop = Crop(box, boundary: try padding(arguments, key: key))
      return try image.output(entry.name, try crop(image.subject))
    }
    for (argument, fallback, index) in [
      ("start_coord_key", "foreground_start_coord", box.lower),
      ("end_coord_key", "foreground_end_coord", box.upper),
    ] {
      let value = arguments[argument]
      guard let name = value == nil ? fallback : value?.string else { continue }
      outputs.append(
        Output(
          name, NDArray(shape: [source.rank], values: (0..<source.rank).map { Double(index[$0]) })))
    }
    return outputs
  }
}

extension Arguments {
  /// The arguments of one key: its own entries of lists that have one for each key. All count as used here; the
  /// result knows which are.
  fileprivate func forKey(_ key: Int) -> Arguments {
    var own = JSONObject()
    for (name, value) in values.members {
      ignore(name)
      switch name {
      case "keys", "allow_missing_keys", "ensure_same_shape": continue
      case "mode", "padding_mode", "dtype", "align_corners":
        own[name] = value.array.map { key < $0.count ? $0[key] : $0.last ?? .null } ?? value
      default: own[name] = value
      }
    }
    return Arguments(own)
  }
}
