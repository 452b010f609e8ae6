extension TransformLibrary {
  /// Every transform of this module.
  public static let standard = TransformLibrary([
    Reorientation.self, Flip.self, Spacing.self, Resampling.self, Crop.self, CenterCrop.self, SpatialPad.self,
    Deformation.self,
  ])
}
