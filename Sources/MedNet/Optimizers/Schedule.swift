/// The learning rate of each step, as a function of the step alone, so that a resumed run has the same.
public struct Schedule: Codable, Hashable, Sendable {
  public enum Shape: Codable, Hashable, Sendable {
    case constant
    /// `(1 − step / steps)^exponent`, as nnU-Net with 0.9.
    case polynomial(exponent: Double)
    /// Half a cosine from 1 down to `floor`.
    case cosine(floor: Double)
    /// Multiplied by `factor` every `interval` steps.
    case exponential(factor: Double, interval: Int)
  }
  /// The rate at the beginning, after the warm-up.
  public var rate: Double
  public var shape: Shape
  /// The number of steps in all.
  public var steps: Int
  /// Steps in which the rate rises linearly to where the shape has it.
  public var warmUp: Int

  public init(rate: Double, shape: Shape = .constant, steps: Int, warmUp: Int = 0) {
    self.rate = rate
    self.shape = shape
    self.steps = steps
    self.warmUp = warmUp
  }

  /// The rate of a step, counted from zero.
  public func rate(at step: Int) -> Double {
    let rise = step < warmUp ? Double(step + 1) / Double(warmUp + 1) : 1
    let length = max(1, steps - warmUp)
    let progress = min(1, Double(max(0, step - warmUp)) / Double(length))
    switch shape {
    case .constant: return rate * rise
    case .polynomial(let exponent): return rate * rise * power(1 - progress, exponent)
    case .cosine(let floor): return rate * rise * (floor + (1 - floor) * (1 + cosine(progress)) / 2)
    case .exponential(let factor, let interval):
      return rate * rise * power(factor, Double(max(0, step - warmUp) / max(1, interval)))
    }
  }
}
