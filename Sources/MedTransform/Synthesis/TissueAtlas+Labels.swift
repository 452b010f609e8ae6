public import MedImage
internal import MedVoxel

extension TissueAtlas {
  /// The label of the most likely tissue in each voxel of the atlas, as synthetic cases are labeled: what the tissues
  /// leave to one is the background.
  public var labelMap: LabelMap {
    let maps = tissues.indices.map { map(of: $0) }
    let (labels, _) = SyntheticAnatomy.strongest(maps, labels: tissues.map(\.label))
    return LabelMap(voxels: labels, affine: grid.affine)
  }
}
