public import MedVoxel

extension StoredImage {
  /// The same image with stored values of another type.
  ///
  /// - Float types hold the real values. Integer types keep stored integers and their scaling where they fit;
  ///   else the real values where those are whole and fit; else a scaling is chosen that spreads the range of
  ///   values over the whole type, and values are rounded.
  /// - Throws: `ImageError` when values that are not finite would go into an integer type.
  public func converted(to type: VoxelType) throws(ImageError) -> StoredImage {
    guard type != voxels.type else { return self }
    var header = header
    header.type = type
    if type == .float32 || type == .float64 {
      header.rescale = .identity
      return StoredImage(header: header, voxels: voxels.mapped(to: type, self.header.rescale))
    }
    let stored = voxels.range()
    guard stored.isFinite else {
      throw ImageError(
        "the image has voxels that are NaN or infinite, which \(type.rawValue) can't hold",
        remedy: "choose float32, or replace these voxels first")
    }
    if stored.isWhole, type.holds(stored.lowest), type.holds(stored.highest) {
      return StoredImage(header: header, voxels: voxels.mapped(to: type, .identity))
    }
    let rescale = self.header.rescale
    let (a, b) = (rescale(stored.lowest), rescale(stored.highest))
    let (low, high) = (min(a, b), max(a, b))
    let isWhole =
      rescale.isIdentity
      ? stored.isWhole
      : stored.isWhole && rescale.slope == rescale.slope.rounded()
        && rescale.intercept == rescale.intercept.rounded()
    if isWhole, type.holds(low), type.holds(high) {
      header.rescale = .identity
      return StoredImage(header: header, voxels: voxels.mapped(to: type, rescale))
    }
    let ends = type.ends
    let slope = high > low ? (high - low) / (ends.highest - ends.lowest) : 1
    let intercept = high > low ? low - ends.lowest * slope : low
    header.rescale = Rescale(slope: slope, intercept: intercept)
    return StoredImage(
      header: header,
      voxels: voxels.mapped(
        to: type,
        Rescale(slope: rescale.slope / slope, intercept: (rescale.intercept - intercept) / slope)))
  }

  /// The same real values in the smallest type that holds them exactly, without a scaling where they are whole;
  /// unsigned before signed, integers before floats.
  ///
  /// Values with fractions keep their type.
  public func inSmallestType() throws(ImageError) -> StoredImage {
    let (range, rescale) = (voxels.range(), header.rescale)
    let isWhole =
      range.isWhole && range.isFinite && rescale.slope == rescale.slope.rounded()
      && rescale.intercept == rescale.intercept.rounded()
    let ends = [rescale(range.lowest), rescale(range.highest)]
    let types: [VoxelType] = [.uint8, .int8, .uint16, .int16, .uint32, .int32]
    let fitting = types.first { type in ends.allSatisfy { type.holds($0) } }
    guard isWhole, let fitting else { return self }
    var header = header
    (header.type, header.rescale) = (fitting, .identity)
    return StoredImage(header: header, voxels: voxels.mapped(to: fitting, rescale))
  }

  /// The voxels with the components of each one side by side, as files have them.
  func interleavedVoxels() -> StoredVoxels {
    let components = header.components.count
    guard components > 1 else { return voxels }
    let (count, width) = (header.size.voxelCount, voxels.type.byteCount)
    let volumes = header.channels / components
    return .filled(type: voxels.type, channels: voxels.channels, size: voxels.size) { target in
      voxels.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for volume in 0..<volumes {
          let offset = volume * count * components * width
          FileVoxels.interleave(
            from: from + offset, elementBytes: width, components: components, count: count,
            into: to + offset, plane: count)
        }
      }
    }
  }
}

extension VoxelType {
  /// The ends of an integer type that a double can name.
  var ends: (lowest: Double, highest: Double) {
    switch self {
    case .uint8: (0, 255)
    case .int8: (-128, 127)
    case .uint16: (0, 65535)
    case .int16: (-32768, 32767)
    case .uint32: (0, 4_294_967_295)
    case .int32: (-2_147_483_648, 2_147_483_647)
    case .uint64: (0, 18_446_744_073_709_549_568)
    case .int64: (-9_223_372_036_854_775_808, 9_223_372_036_854_774_784)
    case .float32: (-Double(Float.greatestFiniteMagnitude), Double(Float.greatestFiniteMagnitude))
    case .float64: (-Double.greatestFiniteMagnitude, Double.greatestFiniteMagnitude)
    }
  }

  func holds(_ value: Double) -> Bool { value >= ends.lowest && value <= ends.highest }
}

extension StoredVoxels {
  struct ValueRange {
    var lowest = Double.infinity
    var highest = -Double.infinity
    var isWhole = true
    var isFinite = true
  }

  /// The smallest and largest stored value, and whether all are whole and finite.
  func range() -> ValueRange { visit(RangeOf()) }

  /// `value · slope + intercept`, rounded to the type.
  func mapped(to type: VoxelType, _ rescale: Rescale) -> StoredVoxels {
    switch type {
    case .uint8: .uint8(visit(Mapping(rescale: rescale)))
    case .int8: .int8(visit(Mapping(rescale: rescale)))
    case .uint16: .uint16(visit(Mapping(rescale: rescale)))
    case .int16: .int16(visit(Mapping(rescale: rescale)))
    case .uint32: .uint32(visit(Mapping(rescale: rescale)))
    case .int32: .int32(visit(Mapping(rescale: rescale)))
    case .uint64: .uint64(visit(Mapping(rescale: rescale)))
    case .int64: .int64(visit(Mapping(rescale: rescale)))
    case .float32: .float32(visit(Mapping(rescale: rescale)))
    case .float64: .float64(visit(Mapping(rescale: rescale)))
    }
  }

  private struct RangeOf: Visitor {
    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> ValueRange {
      voxels.withUnsafeBuffer { elements in
        var range = ValueRange()
        for element in elements {
          let value = element.doubleValue
          range.lowest = min(range.lowest, value)
          range.highest = max(range.highest, value)
          range.isWhole = range.isWhole && value == value.rounded()
          range.isFinite = range.isFinite && value.isFinite
        }
        return range
      }
    }
  }

  private struct Mapping<Target: VoxelScalar>: Visitor {
    var rescale: Rescale

    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> VoxelBuffer<Target> {
      VoxelBuffer(channels: voxels.channels, size: voxels.size) { target in
        guard let base = target.baseAddress else { return }
        // SAFETY: the pieces write disjoint memory.
        nonisolated(unsafe) let output = base
        voxels.withUnsafeBuffer { source in
          Parallel.forEachChunk(of: source.count, chunk: 1 << 16) { range in
            for index in range { output[index] = Target(nearest: rescale(source[index].doubleValue)) }
          }
        }
      }
    }
  }
}
