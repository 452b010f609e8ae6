public import Foundation
public import MedImage
public import MedTransform
import MedVoxel

/// What undoing a transform gives back.
public enum InverseClaim: Sendable {
  /// Intensities stay changed; nothing is claimed.
  case none
  /// The original, bit for bit.
  case exact
  /// The original where it was kept, zeros elsewhere.
  case cropped
  /// Where no border was met, an image that is linear in the world to this tolerance.
  case resampled(tolerance: Double)
}

/// The contract of every transform, run on one subject; returns what is broken, told in sentences.
///
/// The subject's scalar image should be linear in world coordinates (`rampSubject`): then a transform that
/// keeps places in the world keeps `image(world)` everywhere inside, whatever it does to the grid.
public func checkTransform<T: Transform>(
  _ transform: T, on subject: Subject, keepsWorld: Bool? = nil, inverse: InverseClaim = .none,
  tolerance: Double = 1e-3, seed: UInt64 = 7, library: TransformLibrary = .standard
) throws -> [String] {
  var complaints: [String] = []
  func expect(_ holds: Bool, _ text: String) {
    if !holds { complaints.append("\(T.name) on \(describe(subject)): \(text)") }
  }
  let untouched = deepCopy(subject)

  // Forward, through a pipeline that records.
  var result = subject
  var stream = RandomStream(seed: seed)
  let history = try Pipeline([transform]).apply(to: &result, using: &stream)
  expect(subject == untouched, "the original changed")
  expect(result.names == subject.names, "the names changed")

  // Replay from JSON.
  let data = try JSONEncoder.transforms.encode(history)
  let decoder = JSONDecoder.transforms
  decoder.userInfo[.transformLibrary] = library
  let decoded = try decoder.decode(History.self, from: data)
  expect(decoded == history, "the history changes when it is written and read")
  var replayed = subject
  try decoded.replay(on: &replayed)
  expect(isIdentical(replayed, result), "the replay differs")

  // Many at a time, and in place.
  let repeated = Parallel.map(3) { _ -> Subject? in
    var copy = deepCopy(untouched)
    return (try? history.replay(on: &copy)).map { copy }
  }
  for other in repeated {
    expect(other.map { isIdentical($0, result) } ?? false, "threads change the result")
  }

  // Labels.
  for name in subject.names {
    guard let before = subject[labels: name], let after = result[labels: name] else { continue }
    let extra = Set(after.voxels.elements).subtracting(before.voxels.elements).subtracting([0])
    expect(extra.isEmpty, "labels \(extra.sorted()) appear")
  }

  // Geometry.
  if T.effect == .intensity {
    for name in subject.names {
      expect(result[name]?.grid == subject[name]?.grid, "an intensity transform moved “\(name)”")
      expect(result[labels: name] == subject[labels: name], "an intensity transform changed labels")
    }
  } else if keepsWorld ?? true {
    for name in subject.names {
      guard let before = subject[scalar: name], let after = result[scalar: name] else { continue }
      let error = try worldError(before, after)
      expect(error <= tolerance, "places in the world change their value by \(error)")
    }
  }

  try checkInverse(inverse, history, from: subject, to: result, expect)
  return complaints
}

private func checkInverse(
  _ claim: InverseClaim, _ history: History, from subject: Subject, to result: Subject,
  _ expect: (Bool, String) -> Void
) throws {
  if case .none = claim { return }
  var restored = result
  try history.invert(on: &restored)
  for name in subject.names {
    guard let before = subject[name], let after = restored[name] else { continue }
    expect(before.grid.difference(from: after.grid, tolerance: 1e-6) == nil, "the grid is not restored")
    switch claim {
    case .none: break
    case .exact: expect(values(before) == values(after), "the inverse is not exact")
    case .cropped:
      let pairs = zip(values(before), values(after))
      expect(pairs.allSatisfy { $1 == $0 || $1 == 0 }, "the inverse is neither the original nor zero")
    case .resampled(let tolerance):
      guard let before = subject[scalar: name], let after = restored[scalar: name] else { continue }
      let error = interiorError(before, after)
      expect(error <= tolerance, "the inverse is off by \(error)")
    }
  }
}

/// The largest change of value at the output's voxel centres that lie inside the input.
private func worldError(_ before: ScalarImage, _ after: ScalarImage) throws -> Double {
  guard !before.affine.isSingular else { return 0 }
  let toInput = try before.affine.inverse()
  var largest = 0.0
  for k in 0..<after.size.z {
    for j in 0..<after.size.y {
      for i in 0..<after.size.x {
        let world = after.affine([Double(i), Double(j), Double(k)])
        let p = toInput(world)
        let isInside = (0..<3).allSatisfy { p[$0] >= -1e-9 && p[$0] <= Double(before.size[$0] - 1) + 1e-9 }
        guard isInside else { continue }
        for c in 0..<after.channels {
          largest = max(largest, abs(Double(after.voxels[c, i, j, k]) - ramp(world, channel: c)))
        }
      }
    }
  }
  return largest
}

private func interiorError(_ before: ScalarImage, _ after: ScalarImage) -> Double {
  guard before.size == after.size else { return .infinity }
  let margin = 2
  var largest = 0.0
  for k in 0..<before.size.z where before.size.z == 1 || (k >= margin && k < before.size.z - margin) {
    for j in margin..<max(margin, before.size.y - margin) {
      for i in margin..<max(margin, before.size.x - margin) {
        largest = max(largest, abs(Double(before.voxels[0, i, j, k] - after.voxels[0, i, j, k])))
      }
    }
  }
  return largest
}

private func values(_ image: Subject.Image) -> [Double] {
  switch image {
  case .scalar(let image): image.voxels.elements.map(Double.init)
  case .labels(let map): map.voxels.elements.map(Double.init)
  }
}

private func describe(_ subject: Subject) -> String {
  subject.names.map { "\($0) \(subject[$0].map { MedVoxel.describe($0.grid.size) } ?? "")" }.joined(
    separator: ", ")
}

/// Equal bit for bit: NaN equals itself.
public func isIdentical(_ a: Subject, _ b: Subject) -> Bool {
  guard a.names == b.names else { return false }
  return a.names.allSatisfy { name in
    if let x = a[scalar: name], let y = b[scalar: name] {
      return x.grid == y.grid && x.channels == y.channels
        && zip(x.voxels.elements, y.voxels.elements).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
    return a[name] == b[name]
  }
}

/// Memory of its own.
private func deepCopy(_ subject: Subject) -> Subject {
  var copy = Subject()
  for name in subject.names {
    switch subject[name] {
    case .scalar(let image)?:
      copy[name] = .scalar(
        ScalarImage(
          voxels: VoxelBuffer(
            channels: image.channels, size: image.size, elements: image.voxels.elements),
          affine: image.affine))
    case .labels(let map)?:
      copy[name] = .labels(
        LabelMap(voxels: VoxelBuffer(size: map.size, elements: map.voxels.elements), affine: map.affine))
    case nil: break
    }
  }
  return copy
}

extension JSONEncoder {
  /// Sorted keys; numbers that JSON lacks as strings.
  public static var transforms: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}

extension JSONDecoder {
  public static var transforms: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}
