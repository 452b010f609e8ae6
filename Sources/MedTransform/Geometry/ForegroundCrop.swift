public import MedImage
public import MedVoxel

/// Crops all images to the box around what is above a threshold in one of them.
///
/// The box may grow by a margin and to a multiple of a number of voxels; where it then leaves the image, the
/// images are padded. An image without foreground is refused.
///
/// - Shape: `[C, I, J, K]` in, the box's size out. All images lie on one grid.
/// - Inverse: pads with zeros to the original size.
/// - Complexity: one pass over the source, and one copy of the box.
/// - Source: MONAI's `CropForeground`.
public struct ForegroundCrop: GridTransform {
  public static var name: String { "foreground-crop" }
  /// The image that decides; the first one where absent. Voxels above the threshold in any channel count.
  public var source: String?
  public var threshold: Double
  /// Voxels added on both sides of each axis.
  public var margin: GridSize
  /// Sizes become multiples of this, 1 for any; half of what is missing, rounded down, comes before.
  public var multiple: GridSize
  /// Whether a box that leaves the image is clipped to it instead of padded.
  public var isClipped: Bool
  public var boundary: Boundary

  public init(
    source: String? = nil, threshold: Double = 0, margin: GridSize = .zero, multiple: GridSize = .one,
    isClipped: Bool = false, boundary: Boundary = .constant(0)
  ) {
    self.source = source
    self.threshold = threshold
    self.margin = margin
    self.multiple = multiple
    self.isClipped = isClipped
    self.boundary = boundary
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> GridChanges {
    _ = try subject.commonGrid()
    guard (0..<3).allSatisfy({ margin[$0] >= 0 && multiple[$0] >= 1 }) else {
      throw TransformError(
        "expected a margin of 0 or more and a multiple of 1 or more, found \(describe(margin)) and "
          + describe(multiple), cause: .usage)
    }
    let name = source ?? subject.names.first ?? ""
    guard let image = subject[name] else {
      throw TransformError(
        "there is no image “\(name)” to look for the foreground in; the subject has "
          + subject.names.joined(separator: ", "), cause: .usage)
    }
    guard let box = box(in: image) else {
      throw TransformError(
        "no voxel is above \(rounded(threshold))", at: "image “\(name)”",
        remedy: "choose another threshold, or leave such a case out")
    }
    return try GridChanges(subject) { _, grid in GridChange(cropping: grid, to: box) }
  }

  /// The box around an image's foreground with its margin, grown to the multiple after clipping; nil when there
  /// is no foreground.
  public func box(in image: Subject.Image) -> GridBox? {
    let found: GridBox? =
      switch image {
      case .scalar(let image): image.voxels.boundingBox(above: Float(threshold))
      case .labels(let map): map.voxels.boundingBox(above: UInt16(nearest: threshold.rounded(.down)))
      }
    guard var box = found?.expanded(by: margin) else { return nil }
    if isClipped { box = box.intersection(GridBox(size: image.grid.size)) }
    for axis in 0..<3 {
      let length = box.size[axis]
      let missing = (length + multiple[axis] - 1) / multiple[axis] * multiple[axis] - length
      box.lower[axis] -= missing / 2
      box.upper[axis] = box.lower[axis] + length + missing
    }
    return box
  }
}
