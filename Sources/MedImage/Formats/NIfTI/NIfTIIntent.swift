extension NIfTI {
  /// What the values mean, by `intent_code` (nifti1.h).
  static let intents: [Int: String] = [
    2: "correlation", 3: "t test", 4: "F test", 5: "z score", 6: "chi-squared", 7: "beta distribution",
    8: "binomial distribution", 9: "gamma distribution", 10: "Poisson distribution",
    11: "normal distribution",
    12: "noncentral F", 13: "noncentral chi-squared", 14: "logistic distribution", 15: "Laplace distribution",
    16: "uniform distribution", 17: "noncentral t", 18: "Weibull distribution", 19: "chi distribution",
    20: "inverse Gaussian", 21: "extreme value", 22: "p value", 23: "ln p value", 24: "log10 p value",
    1001: "estimate", 1002: "label", 1003: "neural names", 1004: "general matrix", 1005: "symmetric matrix",
    1006: "displacement vector", 1007: "vector", 1008: "point set", 1009: "triangle", 1010: "quaternion",
    1011: "dimensionless", 2001: "time series", 2002: "node index", 2003: "RGB vector", 2004: "RGBA vector",
    2005: "shape",
  ]

  /// How many of `intent_p1` to `intent_p3` an intent uses.
  static func intentParameterCount(_ code: Int) -> Int {
    switch code {
    case 2, 3, 6, 10, 19, 1005: 1
    case 4, 7, 8, 9, 11, 13, 14, 15, 16, 17, 20, 21, 1004: 2
    case 12, 18: 3
    default: 0
    }
  }
}
