public import MedVoxel

/// What tells two images apart.
public struct ImageDifference: Hashable, Codable, Sendable {
  /// How far apart values and places may be and still count as the same.
  public struct Tolerance: Hashable, Codable, Sendable {
    /// In intensity units.
    public var absolute: Double
    /// In parts of the second image's value.
    public var relative: Double
    /// Of the corners of the grid, in millimeters.
    public var millimeters: Double

    public init(absolute: Double = 0, relative: Double = 0, millimeters: Double = 0.001) {
      self.absolute = absolute
      self.relative = relative
      self.millimeters = millimeters
    }
  }

  /// How the real values differ. Not-a-number equals not-a-number.
  public struct Values: Hashable, Codable, Sendable {
    public var compared = 0
    /// Those beyond the tolerance.
    public var different = 0
    /// The largest distance of two values; infinite where only one of them is a number.
    public var largest = 0.0
    /// Where that is: I, J, K and the channel.
    public var place: [Int] = []
    /// What the two images have there.
    public var first = 0.0
    public var second = 0.0
    /// Over the values that are finite in both.
    public var meanDistance = 0.0
  }

  /// Axes and components; nil where they agree.
  public var shape: String?
  public var geometry: String?
  /// A sentence where one image says where it lies and the other does not.
  public var placement: String?
  /// Stored types and scalings; they may differ where values agree, so they alone make no difference.
  public var storage: String?
  /// nil where the shapes differ.
  public var values: Values?

  /// Whether shape, geometry and values agree.
  public var isNone: Bool { shape == nil && geometry == nil && values?.different == 0 }

  /// Compares real values and geometry.
  ///
  /// - Complexity: O(voxels), with two threads and no copies of the images.
  public init(_ first: StoredImage, _ second: StoredImage, tolerance: Tolerance = Tolerance()) {
    let (a, b) = (first.header, second.header)
    if a.size != b.size || a.channels != b.channels {
      func text(_ header: ImageHeader) -> String {
        header.shape.map(String.init).joined(separator: "×")
          + (header.components == .scalar ? "" : " \(header.components.rawValue)")
      }
      shape = "\(text(a)) and \(text(b))"
    }
    if a.size == b.size { geometry = a.grid.difference(from: b.grid, tolerance: tolerance.millimeters) }
    if a.hasGeometry != b.hasGeometry {
      placement = "only the \(a.hasGeometry ? "first" : "second") image says where it lies"
    }
    if a.type != b.type || a.rescale != b.rescale {
      func text(_ header: ImageHeader) -> String {
        header.rescale.isIdentity
          ? header.type.rawValue
          : "\(header.type.rawValue) · \(header.rescale.slope) + \(header.rescale.intercept)"
      }
      storage = "\(text(a)) and \(text(b))"
    }
    if shape == nil { values = Self.compare(first, second, tolerance) }
  }

  private struct Piece {
    var different = 0
    var largest = -1.0
    var position = 0
    var pair = (0.0, 0.0)
    var sum = 0.0
    var finite = 0
  }

  private static func compare(_ a: StoredImage, _ b: StoredImage, _ tolerance: Tolerance) -> Values {
    let count = a.header.channels * a.header.size.voxelCount
    let chunk = 1 << 14
    let pieces = Parallel.map((count + chunk - 1) / chunk) { index -> Piece in
      let range = index * chunk..<min(count, (index + 1) * chunk)
      let (left, right) = (a.realValues(range), b.realValues(range))
      var piece = Piece()
      for (offset, (x, y)) in zip(left, right).enumerated() {
        let distance = x == y || (x.isNaN && y.isNaN) ? 0 : abs(x - y)
        if distance != 0, !(distance <= tolerance.absolute + tolerance.relative * abs(y)) {
          piece.different += 1
        }
        if distance.isFinite {
          piece.sum += distance
          piece.finite += 1
        }
        let size = distance.isNaN ? .infinity : distance
        if size > piece.largest {
          (piece.largest, piece.position, piece.pair) = (size, range.lowerBound + offset, (x, y))
        }
      }
      return piece
    }
    var values = Values()
    values.compared = count
    values.different = pieces.reduce(0) { $0 + $1.different }
    values.meanDistance =
      pieces.reduce(0) { $0 + $1.sum } / Double(max(1, pieces.reduce(0) { $0 + $1.finite }))
    guard let worst = pieces.max(by: { $0.largest < $1.largest }), worst.largest > 0 else { return values }
    values.largest = worst.largest
    (values.first, values.second) = worst.pair
    let size = a.header.size
    let (channel, voxel) = worst.position.quotientAndRemainder(dividingBy: size.voxelCount)
    values.place = [voxel % size.x, voxel / size.x % size.y, voxel / (size.x * size.y), channel]
    return values
  }
}

extension StoredImage {
  /// The real values at positions in memory order.
  fileprivate func realValues(_ range: Range<Int>) -> [Double] {
    voxels.visit(RealValues(range: range, rescale: header.rescale))
  }

  private struct RealValues: StoredVoxels.Visitor {
    var range: Range<Int>
    var rescale: Rescale

    func visit<T: VoxelScalar>(_ voxels: VoxelBuffer<T>) -> [Double] {
      voxels.withUnsafeBuffer { elements in
        rescale.isIdentity
          ? range.map { elements[$0].doubleValue } : range.map { rescale(elements[$0].doubleValue) }
      }
    }
  }
}
