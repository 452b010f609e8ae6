import CGDCM
import MedVoxel
import Synchronization

/// The voxels of a series: files are decoded in parallel, each slice into its place.
struct DICOMPixels: VoxelSource {
  var series: DICOMSeries
  var layout: DICOMSeries.Layout
  var location: String

  var samples: Int { series.instances.first.map { Int($0.facts.samples) } ?? 1 }

  /// The rescaling that all slices share.
  var commonRescale: Rescale? {
    let all = Set(layout.volumes.joined().map(\.rescale))
    return all.count == 1 ? all.first : nil
  }

  /// The smallest type that holds what each file stores; float32 where slices are rescaled differently.
  func type() throws(ImageError) -> VoxelType {
    guard commonRescale != nil else { return .float32 }
    var (bits, isSigned, isFloat) = (0, false, false)
    for instance in series.instances {
      let facts = instance.facts
      switch facts.bits_allocated {
      case 8, 12, 16, 32: break
      case 64: isFloat = true
      default:
        throw ImageError(
          "pixels of \(facts.bits_allocated) bits are not read", at: instance.source.name,
          remedy: "convert the file to 8, 16 or 32 bits")
      }
      let own = facts.bits_allocated == 12 ? 16 : Int(facts.bits_allocated)
      // A larger type keeps the unsigned values of its half when signed ones join.
      let signed = facts.is_signed != 0
      if bits != 0, signed != isSigned {
        let unsignedBits = signed ? bits : own
        bits = max(bits, own, unsignedBits * 2)
        isSigned = true
      } else {
        (bits, isSigned) = (max(bits, own), signed)
      }
    }
    if isFloat || bits > 32 { return .float64 }
    switch (bits, isSigned) {
    case (8, false): return .uint8
    case (8, true): return .int8
    case (16, false): return .uint16
    case (16, true): return .int16
    case (32, false): return .uint32
    default: return .int32
    }
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    try checkClaims(header)
    let failures = Mutex<[Int: ImageError]>([:])
    let target = header.type
    // Where each frame of each file goes.
    var places = series.instances.map { [Int?](repeating: nil, count: $0.frames.count) }
    for (repetition, volume) in layout.volumes.enumerated() {
      for (k, slice) in volume.enumerated() {
        places[slice.file][slice.frame] = repetition * volume.count + k
      }
    }
    let destinations = places
    let voxels = StoredVoxels.filled(type: target, channels: header.channels, size: header.size) { memory in
      guard let base = memory.baseAddress else { return }
      // SAFETY: the files' slices lie apart.
      nonisolated(unsafe) let output = base
      Parallel.forEach(series.instances.count) { file in
        do throws(ImageError) {
          try decode(file, to: destinations[file], header, output)
        } catch {
          failures.withLock { $0[file] = error }
        }
      }
    }
    let failed = failures.withLock { $0.sorted { $0.key < $1.key } }
    guard failed.isEmpty else {
      let shown = failed.prefix(20).flatMap(\.value.problems)
      let cause = failed.contains { $0.value.cause == .environment } ? FailureCause.environment : .data
      throw ImageError(shown, cause: cause)
    }
    return voxels
  }

  /// Refuses claims that the files can't hold before memory is taken for all of them.
  private func checkClaims(_ header: ImageHeader) throws(ImageError) {
    let claimed = Double(header.size.voxelCount) * Double(header.channels * header.type.byteCount)
    let held = series.instances.reduce(0.0) { $0 + Double($1.source.largestContent) }
    let allowed = 1032 * held + Double(series.instances.count) * 67_108_864
    guard claimed <= allowed else {
      throw ImageError("the header claims more pixels than the files can hold", at: location)
    }
  }

  private func decode(
    _ index: Int, to places: [Int?], _ header: ImageHeader, _ output: UnsafeMutableRawPointer
  ) throws(ImageError) {
    let instance = series.instances[index]
    let file = try DICOMFile(instance.source, withPixels: true)
    let pixels = try file.pixels()
    let plane = Int(pixels.columns) * Int(pixels.rows)
    guard Int(pixels.columns) == header.size.x, Int(pixels.rows) == header.size.y,
      Int(pixels.frames) == places.count, Int(pixels.samples) == header.components.count,
      let type = pixels.type
    else {
      throw ImageError(
        "expected \(places.count) frames of \(header.size.x)×\(header.size.y) pixels, found "
          + "\(pixels.frames) of \(pixels.columns)×\(pixels.rows) in the pixel data", at: instance.source.name
      )
    }
    let raw = try file.decode(pixels)
    defer { withExtendedLifetime(raw) {} }
    guard let start = raw.mutable.baseAddress else { return }
    Self.dropUnusedBits(raw.mutable, pixels)
    let (width, components) = (type.byteCount, header.components.count)
    for (frame, place) in places.enumerated() {
      guard let place else { continue }
      let (volume, k) = place.quotientAndRemainder(dividingBy: header.size.z)
      let from = start + frame * plane * components * width
      let rescale = commonRescale == nil ? rescale(index, frame) : .identity
      for component in 0..<components {
        let to =
          output + ((volume * components + component) * header.size.z + k) * plane * header.type.byteCount
        Self.copy(
          from + component * width, stride: components, type, count: plane, to: to, header.type, rescale)
      }
    }
  }

  private func rescale(_ file: Int, _ frame: Int) -> Rescale {
    let place = series.instances[file].frames[frame]
    return Rescale(slope: place.slope, intercept: place.intercept)
  }

  /// Overlays and noise may lie in the bits beyond those stored; signs end at the highest stored bit.
  private static func dropUnusedBits(_ bytes: UnsafeMutableRawBufferPointer, _ pixels: cg_pixels) {
    guard pixels.is_float == 0, pixels.stored_bits > 0, pixels.stored_bits < pixels.bits,
      pixels.high_bit >= pixels.stored_bits - 1, pixels.high_bit < pixels.bits
    else { return }
    func clean<T: FixedWidthInteger>(_: T.Type) {
      let up = T(pixels.bits - 1 - pixels.high_bit)
      let down = T(pixels.bits - pixels.stored_bits)
      bytes.withMemoryRebound(to: T.self) { elements in
        for i in elements.indices { elements[i] = (elements[i] &<< up) &>> down }
      }
    }
    switch (pixels.bits, pixels.is_signed != 0) {
    case (8, false): clean(UInt8.self)
    case (8, true): clean(Int8.self)
    case (16, false): clean(UInt16.self)
    case (16, true): clean(Int16.self)
    case (32, false): clean(UInt32.self)
    default: clean(Int32.self)
    }
  }

  private static func copy(
    _ source: UnsafeRawPointer, stride: Int, _ type: VoxelType, count: Int,
    to target: UnsafeMutableRawPointer,
    _ targetType: VoxelType, _ rescale: Rescale
  ) {
    if type == targetType, rescale.isIdentity, stride == 1 {
      target.copyMemory(from: source, byteCount: count * type.byteCount)
      return
    }
    func read<S: VoxelScalar>(_: S.Type) {
      func write<T: VoxelScalar>(_: T.Type) {
        let output = target.assumingMemoryBound(to: T.self)
        for index in 0..<count {
          let value = source.loadUnaligned(
            fromByteOffset: index * stride * MemoryLayout<S>.size, as: S.self)
          output[index] = T(nearest: rescale(value.doubleValue))
        }
      }
      switch targetType {
      case .uint8: write(UInt8.self)
      case .int8: write(Int8.self)
      case .uint16: write(UInt16.self)
      case .int16: write(Int16.self)
      case .uint32: write(UInt32.self)
      case .int32: write(Int32.self)
      case .uint64: write(UInt64.self)
      case .int64: write(Int64.self)
      case .float32: write(Float.self)
      case .float64: write(Double.self)
      }
    }
    switch type {
    case .uint8: read(UInt8.self)
    case .int8: read(Int8.self)
    case .uint16: read(UInt16.self)
    case .int16: read(Int16.self)
    case .uint32: read(UInt32.self)
    case .int32: read(Int32.self)
    case .uint64: read(UInt64.self)
    case .int64: read(Int64.self)
    case .float32: read(Float.self)
    case .float64: read(Double.self)
    }
  }
}
