/// Choices in reading DICOM. Without them, values and images are those that the files store.
public struct DICOMOptions: Hashable, Sendable {
  /// Whether Siemens mosaics are taken apart: their tiles become the slices of a volume, several mosaics its
  /// repetitions. Otherwise a mosaic is read as the one image that it is stored as.
  public var splitsMosaics: Bool
  /// Whether the values of PALETTE COLOR images become the colors that they stand for, rather than stay indices.
  public var appliesPalettes: Bool
  /// Whether PET images are rescaled to standardized uptake values by body weight, in g/ml.
  public var convertsToSUV: Bool

  public init(splitsMosaics: Bool = false, appliesPalettes: Bool = false, convertsToSUV: Bool = false) {
    self.splitsMosaics = splitsMosaics
    self.appliesPalettes = appliesPalettes
    self.convertsToSUV = convertsToSUV
  }
}
