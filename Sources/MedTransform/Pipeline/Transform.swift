public import MedImage
public import MedVoxel

/// One way to change a subject's images: it draws parameters, then applies them.
///
/// What is random happens in `parameters(for:using:)` alone. Its result holds everything else that
/// `apply(_:to:)` needs besides the transform's own settings, so that applying the same parameters to the same
/// subject gives the same voxels, bit for bit, with any number of threads.
///
/// Transforms work in place: where a subject's memory is not shared, it is reused.
public protocol Transform: Codable, Hashable, Sendable {
  associatedtype Parameters: Codable, Hashable, Sendable

  /// The name in plans and histories; never a type's name.
  static var name: String { get }
  static var effect: TransformEffect { get }

  /// Draws what is random, and measures what depends on the subject.
  /// - Throws: `TransformError` for settings or subjects that the transform refuses.
  func parameters(for subject: Subject, using stream: inout RandomStream) throws(TransformError) -> Parameters

  /// - Throws: `TransformError`; the subject may then be changed in part.
  func apply(_ parameters: Parameters, to subject: inout Subject) throws(TransformError)
}

/// What a transform changes.
public enum TransformEffect: String, Codable, Hashable, Sendable {
  /// Voxel values alone: grids stay as they are, and an inverse need not undo it.
  case intensity
  /// Grids, or where things are on them.
  case geometry
}

/// A transform whose change of geometry can be undone.
public protocol InvertibleTransform: Transform {
  /// Brings images back to the grids on which they were before.
  ///
  /// Images that came after the forward pass, such as a prediction, are brought back too when they lie on a
  /// grid that the forward pass made.
  func invert(_ parameters: Parameters, on subject: inout Subject) throws(TransformError)
}

extension Transform {
  /// Draws parameters and applies them.
  @discardableResult public func apply(
    to subject: inout Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Parameters {
    let drawn = try parameters(for: subject, using: &stream)
    try apply(drawn, to: &subject)
    return drawn
  }

  /// The changed subject; the original stays as it is.
  public func callAsFunction(_ subject: Subject, seed: UInt64 = 0) throws(TransformError) -> Subject {
    var result = subject
    var stream = RandomStream(seed: seed)
    try apply(to: &result, using: &stream)
    return result
  }

  /// The changed image; the original stays as it is.
  public func callAsFunction(_ image: ScalarImage, seed: UInt64 = 0) throws(TransformError) -> ScalarImage {
    let result = try self(Subject(image: image), seed: seed)
    return result[scalar: "image"] ?? image
  }
}
