import MedVoxel
import Synchronization

/// The voxels of a series: frames are decoded in parallel, each into its place.
struct DICOMPixels: VoxelSource {
  let series: DICOMSeries
  private(set) var layout: DICOMSeries.Layout
  let location: String
  let options: DICOMOptions
  /// What real values are multiplied by.
  let factor: Double
  /// The rescaling that all slices share.
  let commonRescale: Rescale?
  let type: VoxelType
  let components: ImageHeader.Components

  init(_ series: DICOMSeries, _ layout: DICOMSeries.Layout, at location: String, _ options: DICOMOptions)
    throws(ImageError)
  {
    (self.series, self.layout, self.location, self.options) = (series, layout, location, options)
    factor = options.convertsToSUV ? try series.suvFactor() : 1
    var all: Set<Rescale> = []
    for volume in layout.volumes { for slice in volume { all.insert(slice.place.rescale) } }
    let factor = factor
    commonRescale = all.count == 1 ? all.first.map { $0.multiplied(by: factor) } : nil
    guard let format = series.instances.first?.format else {
      throw ImageError("the series has no images", at: location)
    }
    let isPalette = options.appliesPalettes && format.photometric == .palette
    components = format.samples == 3 || isPalette ? .rgb : .scalar
    if isPalette {
      type = try DICOMPalette.joined(series).type
    } else {
      type = commonRescale == nil ? .float32 : Self.joined(series.instances.map(\.format.type))
    }
  }

  /// The smallest type that holds what each file stores.
  private static func joined(_ types: [VoxelType]) -> VoxelType {
    let distinct = Set(types)
    if distinct.count == 1, let only = distinct.first { return only }
    if distinct.contains(.float32) || distinct.contains(.float64) { return .float64 }
    let isSigned = distinct.contains { $0.ends.lowest < 0 }
    // A larger type keeps the unsigned values of its half when signed ones join.
    let bits = distinct.map { $0.byteCount * ($0.ends.lowest < 0 || !isSigned ? 8 : 16) }.max() ?? 8
    switch (bits, isSigned) {
    case (8, false): return .uint8
    case (8, true): return .int8
    case (16, false): return .uint16
    case (16, true): return .int16
    case (32, false): return .uint32
    case (32, true): return .int32
    case (64, false): return .uint64
    case (64, true): return .int64
    default: return .float64
    }
  }

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    try checkClaims(header)
    return try .filled(type: header.type, channels: header.channels, size: header.size) {
      memory throws(ImageError) in
      guard let base = memory.baseAddress else { return }
      try fill(DICOMTarget(header: header, base: base, isReal: false))
    }
  }

  /// Decodes the planes that the region touches, and no others.
  func stored(_ header: ImageHeader, in region: ImageRegion) throws(ImageError) -> StoredVoxels {
    let depth = region.box.lower.z..<region.box.upper.z
    let count = header.components.count
    let volumes = region.channels.lowerBound / count..<(region.channels.upperBound + count - 1) / count
    guard layout.mosaic == nil else { return try stored(header).cropped(to: region) }
    var (part, inner) = (self, header)
    part.layout.volumes = volumes.map { Array(layout.volumes[$0][depth]) }
    inner.shape = [header.size.x, header.size.y, depth.count, volumes.count]
    var cut = region
    cut.box.lower.z = 0
    cut.box.upper.z = depth.count
    let first = volumes.lowerBound * count
    cut.channels = region.channels.lowerBound - first..<region.channels.upperBound - first
    let planes = try part.stored(inner)
    let isWhole = cut.box == GridBox(size: inner.size) && cut.channels.count == planes.channels
    return isWhole ? planes : planes.cropped(to: cut)
  }

  func floats(_ header: ImageHeader) throws(ImageError) -> VoxelBuffer<Float> {
    try checkClaims(header)
    return try VoxelBuffer(channels: header.channels, size: header.size) { memory throws(ImageError) in
      guard let base = memory.baseAddress else { return }
      try fill(DICOMTarget(header: header, base: base, isReal: true))
    }
  }

  /// Refuses claims that the files can't hold before memory is taken for all of them.
  private func checkClaims(_ header: ImageHeader) throws(ImageError) {
    let claimed = Double(header.size.voxelCount) * Double(header.channels * header.type.byteCount)
    let held = series.instances.reduce(0.0) { $0 + Double($1.largestContent) }
    let allowed = 1032 * held + Double(series.instances.count) * 67_108_864
    guard claimed <= allowed else {
      throw ImageError("the header claims more pixels than the files can hold", at: location)
    }
  }

  // MARK: Decoding

  private struct Job {
    var file: Int
    var frames: Range<Int>
  }

  /// Where each frame of each file goes: the index of its plane, or of its mosaic's first.
  private func places() -> [[Int?]] {
    var places = series.instances.map { [Int?](repeating: nil, count: $0.frames.count) }
    let depth = layout.mosaic?.count ?? layout.volumes.first?.count ?? 1
    for (repetition, volume) in layout.volumes.enumerated() {
      for (k, slice) in volume.enumerated() { places[slice.file][slice.frame] = repetition * depth + k }
    }
    return places
  }

  private func fill(_ target: DICOMTarget) throws(ImageError) {
    let places = places()
    // The frames of one file are shared out; what lies in them is found once.
    let several = series.instances.indices.filter { series.instances[$0].frames.count > 1 }
    var contents: [Int: DICOMPixelContent] = [:]
    if several.count <= 64 {
      for file in several { contents[file] = try DICOMPixelContent(series.instances[file]) }
    }
    var jobs: [Job] = []
    for (file, instance) in series.instances.enumerated() {
      let count = instance.frames.count
      let step = contents[file] == nil ? count : max(1, count / 64)
      for first in stride(from: 0, to: count, by: step) {
        let frames = first..<min(count, first + step)
        if frames.contains(where: { places[file][$0] != nil }) {
          jobs.append(Job(file: file, frames: frames))
        }
      }
    }
    let (work, shared) = (jobs, contents)
    let failures = Mutex<[Int: ImageError]>([:])
    Parallel.forEach(work.count) { index in
      do throws(ImageError) {
        try run(work[index], shared[work[index].file], places[work[index].file], target)
      } catch {
        failures.withLock { $0[index] = error }
      }
    }
    let failed = failures.withLock { $0.sorted { $0.key < $1.key } }
    guard failed.isEmpty else {
      var shown = failed.prefix(20).flatMap(\.value.problems)
      if failed.count > 20 { shown.append(Problem("and \(failed.count - 20) more", at: location)) }
      let cause = failed.contains { $0.value.cause == .environment } ? FailureCause.environment : .data
      throw ImageError(shown, cause: cause)
    }
  }

  private func run(
    _ job: Job, _ shared: DICOMPixelContent?, _ places: [Int?], _ target: DICOMTarget
  ) throws(ImageError) {
    let instance = series.instances[job.file]
    let format = instance.format
    let content = if let shared { shared } else { try DICOMPixelContent(instance) }
    let decoder = DICOMDecoder(content: content)
    let palette = components == .rgb && format.samples == 1 ? try DICOMPalette(of: instance) : nil
    let isInPlace = layout.mosaic == nil && palette == nil
    var scratch: RawBytes?
    for frame in job.frames {
      guard let place = places[frame] else { continue }
      let rescale = instance.frames[frame].rescale.multiplied(by: factor)
      if isInPlace, let plane = target.plane(place, holding: format, rescale, commonRescale != nil) {
        try decoder.decode(frame, into: plane)
        continue
      }
      let memory =
        if let scratch { scratch } else { try RawBytes(count: format.frameBytes, for: content.source.name) }
      scratch = memory
      try decoder.decode(frame, into: memory.mutable)
      var (bytes, type, samples) = (memory.bytes, format.type, format.samples)
      var colored: [UInt8] = []
      if let palette {
        colored = palette.colors(of: bytes, type, as: self.type)
        (type, samples) = (self.type, 3)
      }
      let applied = commonRescale == nil ? rescale : nil
      try colored.withBytes { colors throws(ImageError) in
        if palette != nil { bytes = colors }
        guard let mosaic = layout.mosaic else {
          return try target.put(bytes, type, samples, at: place, rescale: applied)
        }
        for tile in 0..<mosaic.count {
          let plane = mosaic.tile(
            tile, of: bytes, columns: format.columns, elementBytes: type.byteCount * samples)
          try plane.withBytes { plane throws(ImageError) in
            try target.put(plane, type, samples, at: place + tile, rescale: applied)
          }
        }
      }
    }
  }
}

extension Rescale {
  func multiplied(by factor: Double) -> Rescale {
    factor == 1 ? self : Rescale(slope: slope * factor, intercept: intercept * factor)
  }
}
