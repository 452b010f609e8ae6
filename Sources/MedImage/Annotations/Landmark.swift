/// A named position.
public struct Landmark: Hashable, Codable, Sendable {
  public var name: String
  /// In the frame of the set that it belongs to.
  public var position: SIMD3<Double>
  /// The class; empty where the file has none.
  public var label: String
  /// The slice it was set on, where its position alone doesn't say.
  public var slice: SliceReference?
  public var attributes: [ImageHeader.Fact]
  /// Where it stands in its file, from 1.
  public var line: Int?

  public init(
    _ name: String = "", at position: SIMD3<Double>, label: String = "", slice: SliceReference? = nil,
    attributes: [ImageHeader.Fact] = [], line: Int? = nil
  ) {
    self.name = name
    self.position = position
    self.label = label
    self.slice = slice
    self.attributes = attributes
    self.line = line
  }
}

/// Points of one frame, in the order of their file.
public struct PointSet: Hashable, Codable, Sendable {
  public var frame: CoordinateFrame
  public var points: [Landmark]
  /// Classes with the number or color that they have; those not named get the next free numbers.
  public var classes: [AnnotationClass]

  public init(_ points: [Landmark], frame: CoordinateFrame, classes: [AnnotationClass] = []) {
    self.frame = frame
    self.points = points
    self.classes = classes
  }

  /// The first point of a name.
  public subscript(name: String) -> Landmark? { points.first { $0.name == name } }
}
