import MedVoxel

/// HDF5 files: MINC 2, MATLAB 7.3, and arrays by their path.
///
/// MATLAB's axes are I, J, K in MATLAB's order; those of other programs are, as in NumPy, the array's own. Which of
/// several arrays is read `ReadOptions.variable` says: "img", "data.image" or "c{2}" in MATLAB's files,
/// "group/array" in others.
public enum HDF5: ImageCodec {
  public static let name = "HDF5"
  public static let suffixes = [".h5", ".hdf5"]

  public static func recognizes(_ head: [UInt8]) -> Bool { HDF5File.recognizes(head) }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    let file = try HDF5File(source)
    let root = try HDF5Object(file, at: file.root)
    if options.variable == nil, let image = try MINC2.open(file, root: root) { return image }
    let isMATLAB = try MATLAB.isHDF5(source.prefix(128))
    var walk = HDF5Walk(file: file, isMATLAB: isMATLAB)
    try walk.visit(root, "")
    let index = try VariableChoice.index(walk.arrays.map(\.named), wanted: options.variable, at: source.name)
    guard let dataset = walk.arrays[index].dataset else { throw file.damaged("an array without elements") }
    return try open(dataset, named: walk.arrays[index].named, isMATLAB: isMATLAB)
  }

  private static func open(
    _ dataset: HDF5Dataset, named: NamedArray, isMATLAB: Bool
  ) throws(ImageError) -> OpenImage {
    let location = "\(dataset.file.source.name), \(named.name)"
    let (type, isBig, isComplex): (VoxelType, Bool, Bool)
    switch dataset.type.kind {
    case .number(let voxel, let order): (type, isBig, isComplex) = (voxel, order, false)
    case .complex(let voxel, let order): (type, isBig, isComplex) = (voxel, order, true)
    default: throw dataset.file.unsupported("the array has \(named.type)")
    }
    let parts = isComplex ? 1 : 0
    // MATLAB writes its axes in reverse.
    var sizes = isMATLAB ? dataset.dimensions.reversed() : dataset.dimensions
    while sizes.count > 3, sizes.last == 1 { sizes.removeLast() }
    if sizes.isEmpty { sizes = [1] }
    let axes = (isComplex ? [2] : []) + (isMATLAB ? sizes : sizes.reversed())
    let indices = sizes.indices.map { (isMATLAB ? $0 : sizes.count - 1 - $0) + parts }
    let order = Array(indices.prefix(3)) + (isComplex ? [0] : []) + Array(indices.dropFirst(3))
    guard !sizes.contains(where: { $0 < 1 }) else {
      throw ImageError("expected axes of at least 1 element, found \(sizes)", at: location)
    }
    try dataset.check()
    var header = ImageHeader(
      format: isMATLAB ? "MATLAB 7.3" : "HDF5", shape: sizes, components: isComplex ? .complex : .scalar,
      type: type, affine: .identity, hasGeometry: false)
    header.facts = [.init("variable", named.name), .init("type", named.type)]
    header.notes.append("the file has no geometry: position, spacing and orientation are made up")
    return OpenImage(
      header: header,
      voxels: HDF5Voxels(dataset: dataset, axes: axes, order: order, isBigEndian: isBig, type: type),
      location: location)
  }
}
