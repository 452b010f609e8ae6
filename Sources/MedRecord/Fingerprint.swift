/// What a data set is like: the facts that a plan follows from.
public struct Fingerprint: Codable, Hashable, Sendable {
  /// A case's geometry and content after reorientation to RAS.
  public struct Case: Codable, Hashable, Sendable {
    public var id: String
    public var size: [Int]
    public var spacing: [Double]
    /// Voxels of each class, by class number.
    public var classVoxels: [Int]

    public init(id: String, size: [Int], spacing: [Double], classVoxels: [Int]) {
      self.id = id
      self.size = size
      self.spacing = spacing
      self.classVoxels = classVoxels
    }
  }

  /// Intensities of a channel over the foreground voxels of all cases.
  public struct Channel: Codable, Hashable, Sendable {
    public var name: String
    public var mean: Double
    public var deviation: Double
    public var percentile00_5: Double
    public var percentile99_5: Double
    /// The share of voxels that are exactly zero, over whole images.
    public var zeroShare: Double

    public init(
      name: String, mean: Double, deviation: Double, percentile00_5: Double, percentile99_5: Double,
      zeroShare: Double
    ) {
      self.name = name
      self.mean = mean
      self.deviation = deviation
      self.percentile00_5 = percentile00_5
      self.percentile99_5 = percentile99_5
      self.zeroShare = zeroShare
    }
  }

  public var cases: [Case]
  public var channels: [Channel]

  public init(cases: [Case], channels: [Channel]) {
    self.cases = cases
    self.channels = channels
  }

  /// The median over the cases, for each axis, in millimetres.
  public var medianSpacing: [Double] { (0..<3).map { axis in median(cases.map { $0.spacing[axis] }) } }

  /// The median size in voxels after resampling to a spacing.
  public func medianSize(at spacing: [Double]) -> [Double] {
    (0..<3).map { axis in
      median(cases.map { Double($0.size[axis]) * $0.spacing[axis] / spacing[axis] })
    }
  }
}

/// The middle value; the mean of the two middle ones for an even count; NaN for none.
public func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return .nan }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
