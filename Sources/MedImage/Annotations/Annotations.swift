/// What people drew on an image: the content of an annotation file, whatever its format.
public struct Annotations: Hashable, Codable, Sendable {
  /// The format's name, such as "GeoJSON".
  public var format: String
  public var frame: CoordinateFrame
  public var points: [Landmark] = []
  public var contours: [Contour] = []
  public var boxes: [AnnotationBox] = []
  public var ellipses: [AnnotationEllipse] = []
  /// Classes whose number, color or order the file tells.
  public var classes: [AnnotationClass] = []
  /// What the format's owners say about voxels whose centers lie on an outline.
  public var outlineRule = OutlineRule.insideOrOn
  /// Facts about the whole file, under the format's own names.
  public var facts: [ImageHeader.Fact] = []
  /// Doubts about the file that a reader should know.
  public var notes: [String] = []

  public init(format: String, frame: CoordinateFrame) {
    self.format = format
    self.frame = frame
  }

  public var pointSet: PointSet { PointSet(points, frame: frame, classes: classes) }

  /// The contours, then rectangles and ellipses as polygons.
  ///
  /// - Parameter corners: of the polygon for an ellipse. It has the ellipse's area, so that its points lie slightly
  ///   outside.
  public func contourSet(ellipseCorners corners: Int = 360) -> ContourSet {
    let flat = boxes.compactMap { $0.outline } + ellipses.compactMap { $0.outline(corners: corners) }
    return ContourSet(contours + flat, frame: frame, classes: classes)
  }

  public var isEmpty: Bool { points.isEmpty && contours.isEmpty && boxes.isEmpty && ellipses.isEmpty }
}
