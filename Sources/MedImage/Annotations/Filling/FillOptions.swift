/// Which parts of a polygon that crosses itself are inside.
public enum FillRule: String, Codable, Sendable, CaseIterable {
  /// Points from which a ray crosses the outline an odd number of times.
  case evenOdd
  /// Points around which the outline winds at all.
  case nonZero
}

/// Whether a voxel whose center lies exactly on an outline belongs to what it encloses.
public enum OutlineRule: String, Codable, Sendable, CaseIterable {
  /// Only centers strictly inside count.
  case inside
  /// Centers on the outline count too.
  case insideOrOn
}

/// What a voxel gets that several objects claim.
public enum OverlapRule: String, Codable, Sendable, CaseIterable {
  /// The object that stands last in the file.
  case last
  /// The object that stands first.
  case first
  /// The largest class number.
  case largest
}

/// Which slice a contour is filled on.
public enum PlaneRule: Hashable, Codable, Sendable {
  /// All points must lie this near, in millimeters, to the middle of one slice.
  case within(millimeters: Double)
  /// The slice nearest to the points' mean; all of them must lie within one slice's distance of it.
  case nearest
}

/// How contours become a label map.
public struct FillOptions: Hashable, Sendable {
  public var rule: FillRule
  public var outline: OutlineRule
  public var overlap: OverlapRule
  public var plane: PlaneRule
  /// Where slices of a name lie along the third axis, for contours that name theirs.
  public var slices: [String: Int]

  public init(
    rule: FillRule = .evenOdd, outline: OutlineRule = .insideOrOn, overlap: OverlapRule = .last,
    plane: PlaneRule = .within(millimeters: 0.1), slices: [String: Int] = [:]
  ) {
    self.rule = rule
    self.outline = outline
    self.overlap = overlap
    self.plane = plane
    self.slices = slices
  }
}

/// Contours or points as a label map.
public struct Rasterization: Hashable, Sendable {
  public struct Class: Hashable, Codable, Sendable {
    public var name: String
    public var number: UInt16
  }

  public var labels: LabelMap
  public var classes: [Class]
  /// What is not in the label map, and why.
  public var notes: [String]
}
