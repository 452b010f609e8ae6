import MedVoxel

/// MINC 1 (NetCDF) and MINC 2 (HDF5), of the Montreal Neurological Institute.
///
/// The axes are those of the file, the slowest first. Stored integers stand for the range from `image-min` to
/// `image-max` of their slice; they are read as doubles of real values, as nibabel has them.
///
/// Source: the MINC 1 programmer's guide and the MINC 2.0 file format reference.
public enum MINC: ImageCodec {
  public static let name = "MINC"
  public static let suffixes = [".mnc"]

  public static func recognizes(_ head: [UInt8]) -> Bool { NetCDFHeader.recognizes(head) }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let netCDF = try NetCDFHeader(source)
    guard let image = netCDF.variables["image"], !image.dimensions.isEmpty else {
      throw ImageError(
        "expected a variable named image, found "
          + (netCDF.variables.isEmpty
            ? "none" : netCDF.variables.keys.sorted().prefix(20).joined(separator: ", ")),
        at: source.name, remedy: "NetCDF files other than MINC are not read")
    }
    guard let stored = image.type else {
      throw ImageError("expected voxels of numbers, found characters", at: source.name)
    }
    let isUnsigned = image.attributes["signtype"]?.text.map { $0.hasPrefix("unsigned") } ?? (stored == .int8)
    let description = MINCImage(
      dimensions: image.dimensions.map { dimension($0, netCDF) }, type: isUnsigned ? stored.unsigned : stored,
      validRange: validRange(image), maximum: try limits("image-max", netCDF, source),
      minimum: try limits("image-min", netCDF, source))
    var layout = try description.layout(format: "MINC 1", at: source.name)
    for (name, value) in netCDF.attributes.sorted(by: { $0.key < $1.key }) {
      if let text = value.text { layout.header.facts.append(.init(name, text)) }
    }
    let total = layout.axes.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    let records = image.isRecord ? description.dimensions[0].length : 1
    let scales = layout.scales?.map { Optional($0) } ?? [nil]
    // Records are slabs of their own, or hold several.
    let count = scales.count % records == 0 ? scales.count : records
    guard count <= source.largestContent else { throw source.tooShort(total, found: source.largestContent) }
    let share = count / records
    let width = description.type.byteCount
    let slabs = (0..<count).map { index in
      let (record, inside) = index.quotientAndRemainder(dividingBy: share)
      let offset = record.multipliedReportingOverflow(by: netCDF.recordStride).partialValue
      return SlabVoxels.Slab(
        offset: image.begin &+ offset &+ inside &* (total / count) &* width, type: description.type,
        scale: scales[index * scales.count / count])
    }
    let voxels = SlabVoxels(
      source: source, slabs: slabs, isSwapped: !isHostBigEndian, axes: layout.axes, order: layout.order)
    try voxels.check()
    return OpenImage(header: layout.header, voxels: voxels, location: source.name)
  }

  private static func dimension(_ index: Int, _ netCDF: NetCDFHeader) -> MINCImage.Dimension {
    let dimension = netCDF.dimensions[index]
    let attributes = netCDF.variables[dimension.name]?.attributes ?? [:]
    return MINCImage.Dimension(
      name: dimension.name, length: dimension.length, step: attributes["step"]?.numbers?.first,
      start: attributes["start"]?.numbers?.first, cosines: attributes["direction_cosines"]?.numbers,
      spacing: attributes["spacing"]?.text, units: attributes["units"]?.text)
  }

  private static func validRange(_ image: NetCDFHeader.Variable) -> [Double]? {
    if let range = image.attributes["valid_range"]?.numbers, range.count == 2 { return range }
    guard let low = image.attributes["valid_min"]?.numbers?.first,
      let high = image.attributes["valid_max"]?.numbers?.first
    else { return nil }
    return [low, high]
  }

  private static func limits(
    _ name: String, _ netCDF: NetCDFHeader, _ source: FileSource
  ) throws(ImageError) -> MINCImage.Limits? {
    guard let variable = netCDF.variables[name], let type = variable.type else { return nil }
    let sizes = variable.dimensions.map { netCDF.dimensions[$0].length }
    let count = sizes.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    let records = variable.isRecord ? max(sizes[0], 1) : 1
    guard count >= 0, count <= source.largestContent, records <= source.largestContent else {
      throw source.tooShort(count, found: nil)
    }
    let share = count / records * type.byteCount
    let (last, overflow) = (records - 1).multipliedReportingOverflow(by: netCDF.recordStride)
    let end = variable.begin &+ last &+ share
    guard share > 0, !overflow, variable.begin >= 0, last >= 0, end >= last, end <= source.largestContent
    else {
      throw source.tooShort(overflow ? Int.max : end, found: nil)
    }
    let content = try source.content(variable.begin..<end)
    var values: [Double] = []
    for record in 0..<records {
      var bytes = [UInt8](repeating: 0, count: share)
      let offset = variable.begin + record * netCDF.recordStride
      try bytes.withMutableBytes { target throws(ImageError) in try content.copy(from: offset, into: target) }
      values += NetCDFHeader.numbers(bytes, type)
    }
    return MINCImage.Limits(
      dimensions: variable.dimensions.map { netCDF.dimensions[$0].name }, values: values,
      isSingle: type == .float32)
  }
}

extension VoxelType {
  var unsigned: VoxelType {
    switch self {
    case .int8: .uint8
    case .int16: .uint16
    case .int32: .uint32
    case .int64: .uint64
    default: self
    }
  }
}
