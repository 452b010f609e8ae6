internal import CTorch
public import MedVoxel

/// What a tensor operation refuses or can't do: shapes that don't fit, element types without a kernel, devices
/// that are not there, memory that runs out.
public struct TensorError: ExplainedError {
  public var problems: [Problem]
  public var cause: FailureCause

  public init(_ problems: [Problem], cause: FailureCause = .data) {
    self.problems = problems
    self.cause = cause
  }

  public init(
    _ statement: String, at location: String? = nil, remedy: String? = nil, cause: FailureCause = .data
  ) {
    self.init([Problem(statement, at: location, remedy: remedy)], cause: cause)
  }

  /// A mistake in how something is asked for: arguments, options, configurations.
  public static func misuse(_ statement: String, at location: String? = nil, remedy: String? = nil)
    -> TensorError
  {
    TensorError([Problem(statement, at: location, remedy: remedy)], cause: .usage)
  }

  /// Several things that are wrong with data, each with its place.
  public static func list(_ statements: [(statement: String, location: String?)], remedy: String? = nil)
    -> TensorError
  {
    TensorError(statements.map { Problem($0.statement, at: $0.location, remedy: remedy) })
  }

  /// The failure that the engine just reported on this thread.
  init(_ status: ct_status, in operation: String, operands: [Tensor]) {
    let message = String(cString: ct_last_error())
    var location = operation
    if !operands.isEmpty {
      location += " of " + operands.map(\.summary).joined(separator: ", ")
    }
    switch status {
    case CT_OUT_OF_MEMORY:
      self.init(
        "not enough memory: \(message)", at: location,
        remedy: "use a smaller patch or batch, or a machine with more memory", cause: .environment)
    case CT_UNSUPPORTED:
      self.init("no kernel for this element type or device: \(message)", at: location)
    case CT_UNAVAILABLE:
      self.init(message, at: location, cause: .environment)
    default:
      self.init(message, at: location)
    }
  }
}
