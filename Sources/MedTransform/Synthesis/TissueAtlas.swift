public import MedImage
public import MedVoxel

/// Where tissues are in one anatomy: the material that images are synthesized from.
///
/// Tissues are probability maps in `[0, 1]` on one grid, or the classes of a label map. What no tissue claims is
/// the rest: fluid close to tissues, air beyond.
public struct TissueAtlas: Sendable {
  public struct Tissue: Codable, Hashable, Sendable {
    public var name: String
    /// The class number in the label maps that are synthesized.
    public var label: UInt16

    public init(name: String, label: UInt16) {
      self.name = name
      self.label = label
    }
  }

  private enum Source: Sendable {
    case maps([VoxelBuffer<Float>])
    case classes(VoxelBuffer<UInt16>, values: [UInt16])
  }

  public let grid: Grid
  public let tissues: [Tissue]
  private let source: Source
  /// Above 0.5 where a voxel belongs to the organ; nil to derive it from the tissues.
  public let mask: VoxelBuffer<Float>?

  /// - Parameters:
  ///   - maps: one channel each, on one grid; values are clipped to `[0, 1]`, NaN counts as 0.
  ///   - names: of the tissues, which get the labels 1, 2, …; absent ones are numbered.
  ///   - mask: above 0.5 where a voxel belongs to the organ.
  /// - Throws: `TransformError` that lists every map that does not fit.
  public init(maps: [ScalarImage], names: [String] = [], mask: ScalarImage? = nil) throws(TransformError) {
    var problems: [Problem] = []
    if maps.isEmpty { problems.append(Problem("there is no tissue map", remedy: "give one for each tissue")) }
    for (index, image) in (maps + (mask.map { [$0] } ?? [])).enumerated() {
      let place = index < maps.count ? "tissue map \(index + 1)" : "the mask"
      if image.channels != 1 {
        problems.append(Problem(expected: "one channel", found: "\(image.channels)", at: place))
      }
      if let first = maps.first, let difference = image.grid.difference(from: first.grid) {
        problems.append(Problem("it lies elsewhere than the first map: \(difference)", at: place))
      }
      if image.voxels.count == 0 || image.affine.isSingular {
        problems.append(Problem("it is empty, or its voxels have no volume", at: place))
      }
    }
    guard problems.isEmpty, let first = maps.first else { throw TransformError(problems) }
    grid = first.grid
    tissues = maps.indices.map { index in
      Tissue(name: index < names.count ? names[index] : "tissue \(index + 1)", label: UInt16(index + 1))
    }
    source = .maps(maps.map { TissueAtlas.clipped($0.voxels) })
    self.mask = mask.map { TissueAtlas.clipped($0.voxels) }
  }

  /// - Parameters:
  ///   - labels: each class is a tissue; they get the labels 1, 2, … in the order of `classes`.
  ///   - classes: the class numbers that count, in the order of their brightness; nil for all but 0, ascending.
  ///   - names: of the classes in that order; absent ones are numbered.
  ///   - mask: above 0.5 where a voxel belongs to the organ.
  public init(
    labels: LabelMap, classes: [UInt16]? = nil, names: [String] = [], mask: ScalarImage? = nil
  ) throws(TransformError) {
    guard labels.voxels.count > 0, !labels.affine.isSingular else {
      throw TransformError("the label map is empty, or its voxels have no volume")
    }
    let values: [UInt16] = if let classes { classes } else { try ClassIndex(labels).foreground }
    guard !values.isEmpty else { throw TransformError("the label map has no class but the background") }
    if let difference = mask?.grid.difference(from: labels.grid) {
      throw TransformError("the mask lies elsewhere than the label map: \(difference)")
    }
    grid = labels.grid
    tissues = values.enumerated().map { index, value in
      Tissue(name: index < names.count ? names[index] : "class \(value)", label: UInt16(index + 1))
    }
    source = .classes(labels.voxels, values: values)
    self.mask = mask.map { TissueAtlas.clipped($0.voxels) }
  }

  /// The map of one tissue, on the atlas's grid.
  public func map(of tissue: Int) -> VoxelBuffer<Float> {
    switch source {
    case .maps(let maps): return maps[tissue]
    case .classes(let voxels, let values):
      let wanted = values[tissue]
      return VoxelBuffer(size: grid.size) { result in
        voxels.withUnsafeBuffer { voxels in
          for offset in 0..<voxels.count { result[offset] = voxels[offset] == wanted ? 1 : 0 }
        }
      }
    }
  }

  private static func clipped(_ map: VoxelBuffer<Float>) -> VoxelBuffer<Float> {
    var result = map
    result.withUnsafeMutableBuffer { voxels in
      for offset in 0..<voxels.count {
        let value = voxels[offset]
        voxels[offset] = value > 0 ? min(value, 1) : 0
      }
    }
    return result
  }
}
