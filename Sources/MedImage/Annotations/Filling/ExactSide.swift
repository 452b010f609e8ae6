/// On which side of a line a point lies, decided without rounding.
///
/// Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates, Discrete
/// & Computational Geometry 18 (1997): a bound on the rounding error, and sums of parts that don't overlap where it
/// isn't enough.
enum ExactSide {
  /// The sign of `(b − a) × (p − a)`: 1 where `p` is to the left of the way from `a` to `b` (y upward), 0 on the line.
  ///
  /// - Precondition: no coordinate is above 2³⁰, and none but zero is below 2⁻³⁰⁰, so that no product over- or
  ///   underflows.
  static func sign(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ p: SIMD2<Double>) -> Int {
    let left = (a.x - p.x) * (b.y - p.y)
    let right = (a.y - p.y) * (b.x - p.x)
    let difference = left - right
    // (3 + 16ε)ε with ε = 2⁻⁵³.
    if abs(difference) > 3.3306690738754716e-16 * (abs(left) + abs(right)) { return difference > 0 ? 1 : -1 }
    return exact(a, b, p)
  }

  private static func exact(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ p: SIMD2<Double>) -> Int {
    // a.x·b.y − a.x·p.y − p.x·b.y − a.y·b.x + a.y·p.x + p.y·b.x; the two p.x·p.y cancel.
    let factors = [
      (a.x, b.y), (-a.x, p.y), (-p.x, b.y), (-a.y, b.x), (a.y, p.x), (p.y, b.x),
    ]
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 12) { parts in
      // From the smallest part to the largest; none overlaps another.
      var count = 0
      func add(_ value: Double) {
        var carry = value
        for index in 0..<count {
          let sum = carry + parts[index]
          let virtual = sum - carry
          let rest = (carry - (sum - virtual)) + (parts[index] - virtual)
          parts[index] = rest
          carry = sum
        }
        parts[count] = carry
        count += 1
      }
      for (x, y) in factors {
        let product = x * y
        add((-product).addingProduct(x, y))
        add(product)
      }
      for part in parts[..<count].reversed() where part != 0 { return part > 0 ? 1 : -1 }
      return 0
    }
  }
}
