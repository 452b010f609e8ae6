import Foundation

/// A rectangle or box, at any angle.
public struct AnnotationBox: Hashable, Codable, Sendable {
  public var name: String
  public var label: String
  /// In the frame of the annotations.
  public var center: SIMD3<Double>
  /// From the center to the middle of three sides; zero along an axis that the shape doesn't have.
  public var halfAxes: [SIMD3<Double>]
  public var slice: SliceReference?
  /// As a contour's.
  public var object: Int?
  public var attributes: [ImageHeader.Fact]
  public var line: Int?

  /// - Precondition: there are three half axes.
  public init(
    _ name: String = "", label: String = "", center: SIMD3<Double>, halfAxes: [SIMD3<Double>],
    slice: SliceReference? = nil, attributes: [ImageHeader.Fact] = [], line: Int? = nil
  ) {
    precondition(halfAxes.count == 3, "a box has three half axes")
    self.name = name
    self.label = label
    self.center = center
    self.halfAxes = halfAxes
    self.slice = slice
    self.attributes = attributes
    self.line = line
  }

  /// An upright rectangle from one corner to the opposite one.
  public init(
    _ name: String = "", label: String = "", from a: SIMD3<Double>, to b: SIMD3<Double>, line: Int? = nil
  ) {
    let half = (b - a) / 2
    let axes: [SIMD3<Double>] = [[abs(half.x), 0, 0], [0, abs(half.y), 0], [0, 0, abs(half.z)]]
    self.init(name, label: label, center: a + half, halfAxes: axes, line: line)
  }
}

/// An ellipse or ellipsoid, at any angle; its half axes lead from the center to the surface.
public struct AnnotationEllipse: Hashable, Codable, Sendable {
  public var box: AnnotationBox

  /// - Parameter box: what the ellipse touches from within.
  public init(in box: AnnotationBox) { self.box = box }
}

extension AnnotationBox {
  /// The axes that the shape has; two for a rectangle.
  var extents: [SIMD3<Double>] { halfAxes.filter { $0 != .zero } }

  /// A rectangle's four sides; nil for a box, a line or a point.
  var outline: Contour? {
    guard extents.count == 2 else { return nil }
    let (u, v) = (extents[0], extents[1])
    return contour([center - u - v, center + u - v, center + u + v, center - u + v])
  }

  fileprivate func contour(_ points: [SIMD3<Double>]) -> Contour {
    Contour(points, label: label, object: object, slice: slice, attributes: attributes, line: line)
  }
}

extension AnnotationEllipse {
  /// A polygon of the ellipse's area; nil for an ellipsoid, a line or a point.
  func outline(corners: Int) -> Contour? {
    guard box.extents.count == 2, corners >= 3 else { return nil }
    let (u, v) = (box.extents[0], box.extents[1])
    let step = 2 * Double.pi / Double(corners)
    let scale = (step / sin(step)).squareRoot()
    return box.contour(
      (0..<corners).map { box.center + scale * (cos(step * Double($0)) * u + sin(step * Double($0)) * v) })
  }
}
