public import MedImage
import MedVoxel

/// A transform with the parameters it was applied with: enough to do the same again, or to undo it.
///
/// In JSON: `{"name": …, "settings": {…}, "parameters": {…}}`.
public struct AppliedTransform: Hashable, Sendable {
  public let transform: AnyTransform
  public let parameters: any Codable & Hashable & Sendable

  public init<T: Transform>(_ transform: T, _ parameters: T.Parameters) {
    self.transform = AnyTransform(transform)
    self.parameters = parameters
  }

  /// Draws parameters and applies them.
  init(
    applying transform: AnyTransform, to subject: inout Subject, using stream: inout RandomStream
  ) throws(TransformError) {
    func run<T: Transform>(_ transform: T) throws(TransformError) -> AppliedTransform {
      AppliedTransform(transform, try transform.apply(to: &subject, using: &stream))
    }
    self = try run(transform.base)
  }

  /// Applies the same parameters again.
  public func replay(on subject: inout Subject) throws(TransformError) {
    func run<T: Transform>(_ transform: T) throws(TransformError) {
      guard let parameters = parameters as? T.Parameters else { throw mismatch }
      try transform.apply(parameters, to: &subject)
    }
    try run(transform.base)
  }

  /// Undoes a change of geometry; changes of intensity stay.
  /// - Throws: `TransformError` for a change of geometry that has no inverse.
  public func invert(on subject: inout Subject) throws(TransformError) {
    guard transform.effect == .geometry else { return }
    guard let invertible = transform.base as? any InvertibleTransform else {
      throw TransformError(
        "“\(transform.name)” changes geometry and has no inverse",
        remedy: "leave it out of pipelines that are to be undone", cause: .usage)
    }
    func run<T: InvertibleTransform>(_ transform: T) throws(TransformError) {
      guard let parameters = parameters as? T.Parameters else { throw mismatch }
      try transform.invert(parameters, on: &subject)
    }
    try run(invertible)
  }

  private var mismatch: TransformError {
    TransformError("the parameters recorded for “\(transform.name)” are of another transform")
  }

  public static func == (a: AppliedTransform, b: AppliedTransform) -> Bool {
    a.transform == b.transform && AnyHashable(a.parameters) == AnyHashable(b.parameters)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(transform)
    hasher.combine(AnyHashable(parameters))
  }
}

extension AppliedTransform: Codable {
  public init(from decoder: any Decoder) throws {
    transform = try AnyTransform(from: decoder)
    let container = try decoder.container(keyedBy: AnyTransform.Key.self)
    func decode<T: Transform>(_ transform: T) throws -> any Codable & Hashable & Sendable {
      try container.decode(T.Parameters.self, forKey: .parameters)
    }
    parameters = try decode(transform.base)
  }

  public func encode(to encoder: any Encoder) throws {
    try transform.encode(to: encoder)
    var container = encoder.container(keyedBy: AnyTransform.Key.self)
    try container.encode(parameters, forKey: .parameters)
  }
}

/// What was done to a subject, in order.
public struct History: Codable, Hashable, Sendable {
  public var steps: [AppliedTransform]

  public init(_ steps: [AppliedTransform] = []) { self.steps = steps }

  /// Does the same to another subject; to the same one, it gives the same voxels.
  public func replay(on subject: inout Subject) throws(TransformError) {
    for step in steps { try step.replay(on: &subject) }
  }

  /// Undoes the changes of geometry, last one first. Intensities stay as they are.
  public func invert(on subject: inout Subject) throws(TransformError) {
    for step in steps.reversed() { try step.invert(on: &subject) }
  }

  public init(from decoder: any Decoder) throws {
    steps = try decoder.singleValueContainer().decode([AppliedTransform].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(steps)
  }
}
