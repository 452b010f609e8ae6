internal import CTorch

/// How values between voxels are made.
public enum TensorInterpolation: String, Codable, Hashable, Sendable {
  /// The voxel at `⌊i · input / output⌋`, as PyTorch's "nearest".
  case nearest
  /// The voxel whose center is nearest.
  case nearestExact
  case linear
  /// Two spatial axes only.
  case cubic

  var code: ct_interpolation {
    switch self {
    case .nearest: CT_NEAREST
    case .nearestExact: CT_NEAREST_EXACT
    case .linear: CT_LINEAR
    case .cubic: CT_CUBIC
    }
  }
}

extension Tensor {
  /// Resizes the spatial axes of `[N, C, …]`.
  /// - Parameters:
  ///   - scales: Where given, positions follow from these factors rather than from the sizes' ratio.
  ///   - alignCorners: The outermost voxels' centers coincide, rather than their outer faces.
  public func resized(
    to size: [Int], scales: [Double]? = nil, interpolation: TensorInterpolation = .linear,
    alignCorners: Bool = false
  ) throws(TensorError) -> Tensor {
    try requireEqualCounts("resizing to \(size)", size)
    guard scales.map({ $0.count == size.count }) ?? true else {
      throw TensorError("\(scales?.count ?? 0) scales for \(size.count) axes", at: "resizing")
    }
    return try produce("resizing to \(size)", [self]) { out in
      let count = Int32(size.count)
      let code = interpolation.code
      guard let scales else { return ct_interpolate(pointer, size, nil, count, code, alignCorners, out) }
      return scales.withUnsafeBufferPointer {
        ct_interpolate(pointer, size, $0.baseAddress, count, code, alignCorners, out)
      }
    }
  }

  /// Multiplies the spatial sizes; positions follow from the factors.
  public func resized(
    by factors: [Double], interpolation: TensorInterpolation = .linear, alignCorners: Bool = false
  ) throws(TensorError) -> Tensor {
    let shape = shape
    guard factors.count == shape.count - 2, factors.allSatisfy({ $0 > 0 && $0 < 1e6 }) else {
      throw TensorError("the factors \(factors) don't fit \(summary)", at: "resizing")
    }
    let size = zip(shape.dropFirst(2), factors).map { Int((Double($0) * $1).rounded(.down)) }
    return try resized(to: size, scales: factors, interpolation: interpolation, alignCorners: alignCorners)
  }
}
