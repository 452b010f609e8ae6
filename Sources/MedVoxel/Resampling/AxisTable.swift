import Foundation

/// For each sample along one axis: which voxels it takes, and how much of each.
struct AxisTable {
  let count: Int
  let taps: Int
  /// `taps` planes of `count` indices, all inside the axis; -1 for a copy from outside.
  var index: [Int32]
  var weight: [Float]

  init(count: Int, taps: Int) {
    self.count = count
    self.taps = taps
    index = Array(repeating: 0, count: count * taps)
    weight = Array(repeating: 0, count: count * taps)
  }

  /// Samples at `scale · i + offset` on an axis of `size` voxels.
  init(
    count: Int, scale: Double, offset: Double, size: Int, interpolation: Interpolation, boundary: Boundary,
    rounding: HalfwayRounding = .toEven
  ) {
    self.init(count: count, taps: interpolation == .nearest ? 1 : interpolation == .linear ? 2 : 4)
    var isConstant = false
    if case .constant = boundary { isConstant = true }
    for i in 0..<count {
      var at = scale * Double(i) + offset
      // A position that misses a voxel centre by rounding alone is that voxel.
      if abs(at - at.rounded()) < 1e-9 { at = at.rounded() }
      let last = Double(size - 1)
      if isConstant {
        at = at.isNaN ? -2 : min(max(at, -2), last + 2)
      } else {
        at = boundary.folded(at, size: size)
      }
      switch interpolation {
      case .nearest:
        let nearest = rounding == .up ? (at + 0.5).rounded(.down) : at.rounded(.toNearestOrEven)
        index[i] = isConstant && (nearest < 0 || nearest > last) ? -1 : Int32(min(max(nearest, 0), last))
        weight[i] = index[i] < 0 ? 0 : 1
      case .linear:
        let low = at.rounded(.down)
        for (t, w) in [1 - (at - low), at - low].enumerated() {
          let position = low + Double(t)
          index[t * count + i] = Int32(min(max(position, 0), last))
          weight[t * count + i] = isConstant && (position < 0 || position > last) ? 0 : Float(w)
        }
      case .cubic:
        if isConstant && (at < 0 || at > last) { continue }
        let low = at.rounded(.down)
        let weights = AxisTable.splineWeights(at - low)
        for t in 0..<4 {
          index[t * count + i] = Int32(boundary.continued(Int(low) - 1 + t, size: size))
          weight[t * count + i] = Float(weights[t])
        }
      }
    }
  }

  static func splineWeights(_ f: Double) -> [Double] {
    let g = 1 - f
    return [
      g * g * g / 6, (4 - 6 * f * f + 3 * f * f * f) / 6, (4 - 6 * g * g + 3 * g * g * g) / 6, f * f * f / 6,
    ]
  }

  /// 1 or -1 where the indices of a copy run evenly, 0 otherwise.
  var step: Int32 {
    guard taps == 1, let first = index.first, first >= 0 else { return 0 }
    for step in [Int32(1), -1]
    where index.enumerated().allSatisfy({ $1 == first + step * Int32($0) }) { return step }
    return 0
  }
}

extension Boundary {
  /// A coordinate brought inside `0...(size - 1)`; for `constant` as for `border`. NaN becomes 0.
  func folded(_ position: Double, size: Int) -> Double {
    guard position.isFinite else { return position > 0 ? Double(size - 1) : 0 }
    var at = position
    let n = Double(size)
    switch self {
    case .constant, .border: break
    case .reflection:
      at = abs(at + 0.5)
      at -= (at / (2 * n)).rounded(.down) * 2 * n
      at = (at > n ? 2 * n - at : at) - 0.5
    case .mirror:
      let period = max(1, 2 * (n - 1))
      at = abs(at)
      at -= (at / period).rounded(.down) * period
      at = at > n - 1 ? period - at : at
    }
    return min(max(at, 0), n - 1)
  }

  /// The voxel that stands for index `i` of an axis; for `constant`, spline coefficients mirror.
  func continued(_ i: Int, size n: Int) -> Int {
    guard n > 1 else { return 0 }
    switch self {
    case .border: return min(max(i, 0), n - 1)
    case .reflection:
      let m = (i < 0 ? -1 - i : i) % (2 * n)
      return m >= n ? 2 * n - 1 - m : m
    case .constant, .mirror:
      let m = abs(i) % (2 * (n - 1))
      return m >= n ? 2 * (n - 1) - m : m
    }
  }
}
