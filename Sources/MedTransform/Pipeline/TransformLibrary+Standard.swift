extension TransformLibrary {
  /// Every transform of this module.
  public static let standard = TransformLibrary([
    Reorientation.self, Flip.self, Spacing.self, Resampling.self, Crop.self, CenterCrop.self, SpatialPad.self,
    ForegroundCrop.self, Deformation.self,
    IntensityNormalization.self, IntensityRange.self, IntensityScaling.self, IntensityClip.self,
    PercentileRange.self,
    PercentileClip.self, Brightness.self, Contrast.self, Gamma.self, BiasField.self,
    GaussianNoise.self, GaussianBlur.self, LowResolution.self,
  ])
}
