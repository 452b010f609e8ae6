/// What the toolkit does with an entry today.
public struct Support: Codable, Hashable, Sendable {
  /// Reads the data set in the owners' layout: `deepmed data show ID ROOT`.
  public var reader: Bool
  /// Scores predictions with the official metric.
  public var scorer: Bool
  /// The network or the framework's models can be built: the names they have here.
  public var networks: [String]

  public init(reader: Bool = false, scorer: Bool = false, networks: [String] = []) {
    self.reader = reader
    self.scorer = scorer
    self.networks = networks
  }

  /// For people: "read here", "networks: UNet".
  public var words: [String] {
    (reader ? ["read here"] : []) + (scorer ? ["scored here"] : [])
      + (networks.isEmpty ? [] : ["networks: " + networks.joined(separator: ", ")])
  }

  public var isEmpty: Bool { !reader && !scorer && networks.isEmpty }
}

/// The support of all entries, told by the code that gives it.
public struct SupportTable: Hashable, Sendable {
  public var entries: [String: Support] = [:]

  public init(readers: [String] = [], scorers: [String] = [], networks: [String: [String]] = [:]) {
    for id in readers { entries[id, default: Support()].reader = true }
    for id in scorers { entries[id, default: Support()].scorer = true }
    for (id, names) in networks { entries[id, default: Support()].networks = names }
  }
}
