import MedCheckpoint
import MedImage
import MedTransform
import MedVoxel

extension TransformRunners {
  static let normalizeIntensity: Maker = { arguments, _, image in
    arguments.ignore("dtype")
    let given = try ["subtrahend", "divisor"].map { name in
      arguments.value(name) == nil ? nil : try arguments.doubles(name)
    }
    let isChannelWise = try arguments.bool("channel_wise", or: false)
    let isNonzero = try arguments.bool("nonzero", or: false)
    for list in given where isChannelWise && list != nil && list?.count != image.image.channels {
      throw ParityRefusal("as many numbers as channels")
    }
    return Prepared(
      IntensityNormalization(
        region: isNonzero ? .nonzero : .all, isChannelWise: isChannelWise, subtrahend: given[0],
        divisor: given[1]))
  }

  static let scaleIntensity: Maker = { arguments, _, _ in
    if let dtype = arguments["dtype"], dtype.isNull { throw Unsupported("argument dtype = null") }
    let low = arguments["minv"].map { try? $0.parityDouble() } ?? 0
    let high = arguments["maxv"].map { try? $0.parityDouble() } ?? 1
    let isChannelWise = try arguments.bool("channel_wise", or: false)
    if let low, let high {
      return Prepared(IntensityScaling(to: IntensityTarget(low, high), isChannelWise: isChannelWise))
    }
    guard low == nil, high == nil else { throw Unsupported("one bound without the other") }
    guard arguments.value("factor") != nil else { return Prepared() }
    return Prepared(Brightness(factor: .fixed(1 + (try arguments.double("factor")))))
  }

  static let scaleIntensityRange: Maker = { arguments, _, _ in
    arguments.ignore("dtype")
    let source = IntensityTarget(try arguments.double("a_min"), try arguments.double("a_max"))
    return try range(
      source, arguments.value("b_min")?.parityDouble(), arguments.value("b_max")?.parityDouble(),
      isClipped: try arguments.bool("clip", or: false))
  }

  /// A missing bound means no scaling to the target, but the other one still clips.
  private static func range(
    _ source: IntensityTarget, _ low: Double?, _ high: Double?, isClipped: Bool
  ) throws -> Prepared {
    if let low, let high {
      return Prepared(IntensityRange(from: source, to: IntensityTarget(low, high), isClipped: isClipped))
    }
    let unit = IntensityRange(from: source, isClipped: false)
    return isClipped ? Prepared(unit, IntensityClip(lower: low, upper: high)) : Prepared(unit)
  }

  static let scaleIntensityRangePercentiles: Maker = { arguments, _, _ in
    arguments.ignore("dtype")
    let low = try arguments.value("b_min")?.parityDouble()
    let high = try arguments.value("b_max")?.parityDouble()
    let isRelative = try arguments.bool("relative", or: false)
    let isClipped = try arguments.bool("clip", or: false)
    guard let low, let high else {
      if isRelative { throw ParityRefusal("relative needs both bounds") }
      guard low == nil, high == nil, !isClipped else { throw Unsupported("one bound without the other") }
      return Prepared(
        PercentileRange(
          lower: try arguments.double("lower"), upper: try arguments.double("upper"), isClipped: false,
          isChannelWise: try arguments.bool("channel_wise", or: false)))
    }
    return Prepared(
      PercentileRange(
        lower: try arguments.double("lower"), upper: try arguments.double("upper"),
        to: IntensityTarget(low, high), isClipped: isClipped, isRelative: isRelative,
        isChannelWise: try arguments.bool("channel_wise", or: false)))
  }

  static let clipIntensityPercentiles: Maker = { arguments, _, image in
    arguments.ignore("dtype")
    try arguments.require("sharpness_factor")
    let transform = PercentileClip(
      lower: try arguments.value("lower")?.parityDouble(),
      upper: try arguments.value("upper")?.parityDouble(),
      isChannelWise: try arguments.bool("channel_wise", or: false))
    guard try arguments.bool("return_clipping_values", or: false) else { return Prepared(transform) }
    var stream = RandomStream(seed: 0)
    let drawn = try transform.parameters(for: image.subject, using: &stream)
    let pairs = (drawn.images["image"] ?? []).map { map in
      JSONValue.array([map.lower.map(JSONValue.number) ?? .null, map.upper.map(JSONValue.number) ?? .null])
    }
    let shown = transform.isChannelWise ? pairs : Array(pairs.prefix(1))
    return Prepared(transform, extra: [Output("clipping_values", json: .array(shown))])
  }
}
