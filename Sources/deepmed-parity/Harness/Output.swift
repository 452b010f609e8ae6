import MedCheckpoint
import MedVoxel

/// What a runner made, under the name that the case gives it.
struct Output {
  enum Value {
    case array(NDArray)
    case json(JSONValue)
  }
  var name: String
  var value: Value
  var affine: Affine?

  init(_ name: String, _ array: NDArray, affine: Affine? = nil) {
    self.name = name
    value = .array(array)
    self.affine = affine
  }

  init(_ name: String, number: Double) { self.init(name, NDArray(scalar: number)) }

  init(_ name: String, json: JSONValue) {
    self.name = name
    value = .json(json)
  }
}

/// When two numbers are the same: `|a − b| ≤ absolute + relative·|b|`, but for a fraction of the elements.
struct Tolerance {
  var absolute: Double
  var relative: Double
  var fraction: Double

  init(_ json: JSONValue) {
    absolute = json["absolute"]?.double ?? 0
    relative = json["relative"]?.double ?? 0
    fraction = json["fraction"]?.double ?? 0
  }

  static let exact = Tolerance([:])
  static let affine = Tolerance(["absolute": 1e-4, "relative": 1e-5])

  func accepts(_ a: Double, _ b: Double) -> Bool {
    if a == b || (a.isNaN && b.isNaN) { return true }
    return abs(a - b) <= absolute + relative * abs(b)
  }
}

/// Compares what the runner made with what the reference gives.
/// - Throws: `Mismatch` with every output that differs, or `Unsupported` for one that was not made.
func compare(_ outputs: [Output], with test: Case) throws {
  var failures: [String] = []
  var largest: Double?
  for expected in test.expected {
    let only = outputs.count == 1 && test.expected.count == 1 ? outputs.first : nil
    guard let output = outputs.first(where: { $0.name == expected.name }) ?? only else {
      throw Unsupported("output \(expected.name)")
    }
    let tolerance = expected.tolerance ?? test.fields["tolerance"].map(Tolerance.init) ?? .exact
    do {
      try compare(output, with: expected, tolerance)
    } catch let mismatch as Mismatch {
      failures.append("\(expected.name): \(mismatch.what)")
      if let error = mismatch.largestError { largest = max(largest ?? 0, error) }
    }
  }
  guard failures.isEmpty else {
    throw Mismatch(failures.joined(separator: "; "), largestError: largest)
  }
}

private func compare(_ output: Output, with expected: Entry, _ tolerance: Tolerance) throws {
  switch output.value {
  case .array(let array):
    try compare(array, with: expected, tolerance)
  case .json(let json):
    guard let wanted = expected.fields["json"] ?? expected.fields["number"] else {
      try compare(try NDArray(nested: json), with: expected, tolerance)
      break
    }
    try compare(json, with: wanted, tolerance, path: "")
  }
  guard let wanted = try expected.affine() else { return }
  guard let affine = output.affine else { throw Unsupported("affine of output \(expected.name)") }
  let rank = (expected.fields["affine"]?.array?.count ?? 4) - 1
  let (a, b) = (affine.rows(rank: rank).flatMap { $0 }, wanted.rows(rank: rank).flatMap { $0 })
  if !zip(a, b).allSatisfy({ Tolerance.affine.accepts($0, $1) }) {
    let error = zip(a, b).map { abs($0 - $1) }.max() ?? 0
    throw Mismatch("affine differs by \(brief(error))", largestError: error)
  }
}

private func compare(_ array: NDArray, with expected: Entry, _ tolerance: Tolerance) throws {
  var array = array
  let wanted = try expected.array()
  if let name = expected.fields["dtype"]?.string {
    guard let type = array.type else { throw Unsupported("data type of output \(expected.name)") }
    if type.rawValue != name { throw Mismatch("type \(type.rawValue) instead of \(name)") }
  }
  if let shape = expected.fields["shape"]?.array?.compactMap(\.int), shape != array.shape {
    guard shape.reduce(1, *) == 1, array.count == 1 else {
      throw Mismatch("shape \(array.shape) instead of \(shape)")
    }
  }
  try checkMoments(array, expected, tolerance)
  if let stride = expected.fields["stride"]?.array?.compactMap(\.int) { array = array.strided(stride) }
  let isScalar = array.count == 1 && wanted.count == 1 && array.shape.count <= 1 && wanted.shape.count <= 1
  guard array.shape == wanted.shape || isScalar else {
    throw Mismatch("shape \(array.shape) instead of \(wanted.shape)")
  }
  var (disagreeing, largest, place) = (0, 0.0, 0)
  for index in 0..<wanted.count where !tolerance.accepts(array.values[index], wanted.values[index]) {
    disagreeing += 1
    let distance = abs(array.values[index] - wanted.values[index])
    let error = distance.isNaN ? Double.infinity : distance
    if error > largest || disagreeing == 1 { (largest, place) = (error, index) }
  }
  guard Double(disagreeing) > tolerance.fraction * Double(wanted.count) else { return }
  throw Mismatch(
    "largest error \(brief(largest)) at \(position(place, wanted.shape)) (\(brief(array.values[place])) instead of "
      + "\(brief(wanted.values[place]))), \(disagreeing) of \(wanted.count) disagree", largestError: largest)
}

/// Mean and root mean square of the whole output, where only a part of it is stored.
private func checkMoments(_ array: NDArray, _ expected: Entry, _ tolerance: Tolerance) throws {
  let count = Double(max(array.count, 1))
  for (name, value) in [
    ("mean", { array.values.reduce(0, +) / count }),
    ("rms", { (array.values.reduce(0) { $0 + $1 * $1 } / count).squareRoot() }),
  ] as [(String, () -> Double)] {
    guard let wanted = try expected.fields[name]?.parityDouble() else { continue }
    let found = value()
    if !tolerance.accepts(found, wanted) {
      throw Mismatch("\(name) \(brief(found)) instead of \(brief(wanted))", largestError: abs(found - wanted))
    }
  }
}

private func compare(_ a: JSONValue, with b: JSONValue, _ tolerance: Tolerance, path: String) throws {
  let place = path.isEmpty ? "" : " at \(path)"
  if let wanted = try? b.parityDouble() {
    guard let found = try? a.parityDouble() else { throw Mismatch("\(a) instead of \(b)\(place)") }
    guard tolerance.accepts(found, wanted) else {
      throw Mismatch("\(brief(found)) instead of \(brief(wanted))\(place)", largestError: abs(found - wanted))
    }
    return
  }
  if let wanted = b.array {
    guard let found = a.array, found.count == wanted.count else {
      throw Mismatch("\(a) instead of \(b)\(place)")
    }
    for index in wanted.indices {
      try compare(found[index], with: wanted[index], tolerance, path: "\(path)/\(index)")
    }
    return
  }
  if let wanted = b.object {
    guard let found = a.object, Set(found.keys) == Set(wanted.keys) else {
      throw Mismatch("\(a) instead of \(b)\(place)")
    }
    for (key, value) in wanted.members {
      try compare(found[key] ?? .null, with: value, tolerance, path: "\(path)/\(key)")
    }
    return
  }
  if a != b { throw Mismatch("\(a) instead of \(b)\(place)") }
}

private func position(_ index: Int, _ shape: [Int]) -> [Int] {
  var rest = index
  var result: [Int] = []
  for size in shape.reversed() {
    result.append(rest % max(size, 1))
    rest /= max(size, 1)
  }
  return result.reversed()
}

/// Three significant digits.
func brief(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  var scale = 1.0
  while abs(value) * scale < 100, scale < 1e300 { scale *= 10 }
  while abs(value) * scale >= 1000, scale > 1e-300 { scale /= 10 }
  return "\((value * scale).rounded() / scale)"
}
