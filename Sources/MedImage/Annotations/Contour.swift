/// Which slice of a volume an annotation belongs to, in the ways that files tell it: the first that is there counts.
public struct SliceReference: Hashable, Codable, Sendable {
  /// Along the third axis, from 0.
  public var index: Int?
  /// A slice's own name: a SOPInstanceUID, or the image's file name without its end.
  public var name: String?
  /// Millimeters toward the head, as the third number of a DICOM position has it.
  public var height: Double?

  public init(index: Int? = nil, name: String? = nil, height: Double? = nil) {
    self.index = index
    self.name = name
    self.height = height
  }
}

extension SliceReference: CustomStringConvertible {
  public var description: String {
    let parts = [index.map { "\($0)" }, name.map { "“\($0.prefix(80))”" }, height.map { "at \($0) mm" }]
    return parts.compactMap { $0 }.joined(separator: " ")
  }
}

/// An outline: a polygon through its points, or an open line.
public struct Contour: Hashable, Codable, Sendable {
  /// The class; empty where the file has none.
  public var label: String
  /// In the frame of the set it belongs to; the last is joined to the first where the contour is closed.
  public var points: [SIMD3<Double>]
  public var isClosed: Bool
  /// Polygons that are cut out.
  public var holes: [[SIMD3<Double>]]
  /// Whether this contour is itself a hole: it takes away from the others of its object.
  public var isHole: Bool
  /// Contours of one object belong together, over slices and on one; nil makes it an object of its own.
  public var object: Int?
  /// The slice it was drawn on, where its points alone don't say.
  public var slice: SliceReference?
  public var attributes: [ImageHeader.Fact]
  /// Where it stands in its file, from 1.
  public var line: Int?

  public init(
    _ points: [SIMD3<Double>], label: String = "", isClosed: Bool = true, holes: [[SIMD3<Double>]] = [],
    isHole: Bool = false, object: Int? = nil, slice: SliceReference? = nil,
    attributes: [ImageHeader.Fact] = [], line: Int? = nil
  ) {
    self.label = label
    self.points = points
    self.isClosed = isClosed
    self.holes = holes
    self.isHole = isHole
    self.object = object
    self.slice = slice
    self.attributes = attributes
    self.line = line
  }

  /// How messages name it.
  var place: String {
    let name = label.isEmpty ? "a contour" : "a contour of “\(label.prefix(60))”"
    return line.map { "line \($0), \(name)" } ?? name
  }
}

/// Contours of one frame, in the order of their file.
public struct ContourSet: Hashable, Codable, Sendable {
  /// How the outlines that an object has on one slice are put together.
  public enum Combination: String, Codable, Sendable {
    /// A voxel in any of them belongs to the object.
    case union
    /// A voxel in an odd number of them does, so that an outline within another is a hole (RT structure sets). With
    /// `OutlineRule.insideOrOn`, so does one on any of them: the object has its own edge, around holes too.
    case exclusiveOr
  }

  public var frame: CoordinateFrame
  public var contours: [Contour]
  /// Classes with the number or color that they have; those not named get the next free numbers.
  public var classes: [AnnotationClass]
  public var combination: Combination

  public init(
    _ contours: [Contour], frame: CoordinateFrame, classes: [AnnotationClass] = [],
    combination: Combination = .union
  ) {
    self.frame = frame
    self.contours = contours
    self.classes = classes
    self.combination = combination
  }
}
