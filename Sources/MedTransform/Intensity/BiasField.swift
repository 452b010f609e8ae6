import Foundation
public import MedImage
public import MedVoxel

/// Multiplies by a smooth field, as an uneven coil does: the exponential of a polynomial.
///
/// The polynomial is a sum of products of Legendre polynomials up to a total degree, over coordinates that run
/// from -1 to 1 along each axis. One field is drawn for an application and serves every image and channel.
///
/// - Shape: `[C, I, J, K]` in, same shape out.
/// - Inverse: none.  - Complexity: two passes; the field is computed at coarse points.
/// - Source: Van Leemput et al., IEEE TMI 1999; MONAI's `RandBiasField`.
public struct BiasField: Transform {
  public static var name: String { "bias-field" }
  public static var effect: TransformEffect { .intensity }

  public struct Parameters: Codable, Hashable, Sendable {
    /// For the products of degrees `(i, j, k)` with `i + j + k ≤ degree`, `i` slowest.
    public var coefficients: [Double]
  }

  /// Drawn for each coefficient.
  public var coefficient: Draw
  /// The total degree, 0 … 8.
  public var degree: Int

  public init(coefficient: Draw = .uniform(-0.3...0.3), degree: Int = 3) {
    self.coefficient = coefficient
    self.degree = degree
  }

  private var powers: [GridIndex] {
    (0...degree).flatMap { i in
      (0...(degree - i)).flatMap { j in (0...(degree - i - j)).map { GridIndex(i, j, $0) } }
    }
  }

  public func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    guard (0...8).contains(degree) else {
      throw TransformError("expected a degree between 0 and 8, found \(degree)", cause: .usage)
    }
    return Parameters(coefficients: powers.map { _ in coefficient(using: &stream) })
  }

  public func apply(_ parameters: Parameters, to subject: inout Subject) throws(TransformError) {
    guard (0...8).contains(degree), parameters.coefficients.count == powers.count else {
      throw TransformError(
        "\(parameters.coefficients.count) coefficients are not those of degree \(degree)")
    }
    // The field is smooth: twelve points for each degree give it to a thousandth.
    let coarse = field(parameters.coefficients, on: SIMD3(repeating: max(4, 12 * degree / 2)))
    subject.updateScalars { _, image in
      guard image.voxels.count > 0 else { return }
      image.voxels.multiply(by: coarse.stretched(to: image.size))
    }
  }

  /// The field itself, from the first to the last voxel of a grid of this size.
  func field(_ coefficients: [Double], on size: GridSize) -> VoxelBuffer<Float> {
    let tables = (0..<3).map { axis in
      (0..<size[axis]).map { index in
        Self.legendre(size[axis] > 1 ? 2 * Double(index) / Double(size[axis] - 1) - 1 : 0, upTo: degree)
      }
    }
    let terms = Array(zip(coefficients, powers))
    return VoxelBuffer(size: size) { field in
      for k in 0..<size.z {
        for j in 0..<size.y {
          for i in 0..<size.x {
            var sum = 0.0
            for (c, power) in terms {
              sum += c * tables[0][i][power.x] * tables[1][j][power.y] * tables[2][k][power.z]
            }
            field[i + size.x * (j + size.y * k)] = Float(exp(sum))
          }
        }
      }
    }
  }

  private static func legendre(_ x: Double, upTo degree: Int) -> [Double] {
    var values = [1.0, x]
    for n in 1..<max(2, degree) {
      values.append((Double(2 * n + 1) * x * values[n] - Double(n) * values[n - 1]) / Double(n + 1))
    }
    return values
  }
}
