import MedCheckpoint

/// One key of a network's state dictionary, as a case lists it.
struct StateEntry {
  let key: String
  let shape: [Int]
  let dtype: String
  /// Whether the constructor makes its values (counters, tables, masks).
  let isKept: Bool
  /// The key whose storage it shares.
  let sameAs: String?
  let low: Double
  let high: Double

  init(_ json: JSONValue) {
    key = json["key"]?.string ?? ""
    shape = json["shape"]?.array?.compactMap(\.int) ?? []
    dtype = json["dtype"]?.string ?? "float32"
    isKept = json["kind"]?.string == "kept"
    sameAs = json["same_as"]?.string
    low = json["low"]?.double ?? 0
    high = json["high"]?.double ?? 1
  }
}

extension Case {
  /// In the reference's order; empty for what has no weights.
  var state: [StateEntry] { (fields["state"]?.array ?? []).map(StateEntry.init) }

  /// The values of every key that is neither kept nor shared, in C order, for loading into a network.
  /// - Parameter visit: is called once for each key, so that only one tensor is in memory at a time.
  func forEachWeight(_ visit: (StateEntry, [Float]) throws -> Void) throws {
    for entry in state where !entry.isKept && entry.sameAs == nil {
      let values = formulaValues(
        entry.key, count: entry.shape.reduce(1, *), low: entry.low, high: entry.high, seed: seed ?? 0)
      try visit(entry, values)
    }
  }

  /// Compares the network's own keys and shapes with the case's, whatever their order.
  /// - Throws: `Mismatch` that names keys that are missing, too many or of another shape.
  func checkState(_ own: [(key: String, shape: [Int])]) throws {
    let wanted = Dictionary(state.map { ($0.key, $0.shape) }) { first, _ in first }
    let found = Dictionary(own.map { ($0.key, $0.shape) }) { first, _ in first }
    var differences: [String] = []
    func name(_ keys: [String], _ what: String) {
      guard !keys.isEmpty else { return }
      let shown = keys.sorted().prefix(4).joined(separator: ", ")
      differences.append("\(keys.count) keys \(what) (\(shown)\(keys.count > 4 ? ", …" : ""))")
    }
    name(wanted.keys.filter { found[$0] == nil }, "missing")
    name(found.keys.filter { wanted[$0] == nil }, "not in the reference")
    name(
      wanted.compactMap { key, shape in
        found[key].flatMap { $0 == shape ? nil : "\(key) \($0) instead of \(shape)" }
      }, "of another shape")
    if !differences.isEmpty { throw Mismatch("state: " + differences.joined(separator: "; ")) }
  }
}
