public import Foundation
public import MedVoxel

/// What is wrong with a plan, record or data set description.
public struct RecordError: ExplainedError {
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
}

/// A fact that is kept as a JSON file.
public protocol RecordFile: Codable, Sendable {
  /// What the file is called in messages: "plan", "run record".
  static var title: String { get }
  /// The newest format version that this toolkit writes and reads.
  static var currentVersion: Int { get }
  var version: Int { get }
}

extension RecordFile {
  /// - Throws: `RecordError` that names the file, the key and what was expected there.
  public init(contentsOf url: URL) throws(RecordError) {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw RecordError(
        "the \(Self.title) cannot be read: \(error.localizedDescription)", at: url.path,
        remedy: "check the path")
    }
    do {
      self = try JSONDecoder.records.decode(Self.self, from: data)
    } catch let error as DecodingError {
      throw RecordError(
        "this is no \(Self.title): \(error.explanation)", at: url.path,
        remedy: "make it anew, or mend that key")
    } catch {
      throw RecordError("this is no \(Self.title): \(error)", at: url.path)
    }
    guard version <= Self.currentVersion else {
      throw RecordError(
        "the \(Self.title) has format \(version), this version reads formats up to \(Self.currentVersion)",
        at: url.path, remedy: "use a newer deepmed")
    }
  }

  /// JSON with sorted keys, for files and comparisons.
  public func json() throws(RecordError) -> Data {
    do {
      return try JSONEncoder.records.encode(self) + Data("\n".utf8)
    } catch {
      throw RecordError("the \(Self.title) cannot be written as JSON: \(error)", cause: .environment)
    }
  }

  /// Writes under a temporary name and renames, so that a reader never sees half a file.
  public func write(to url: URL) throws(RecordError) {
    try AtomicFile<RecordError>.write(json(), to: url)
  }
}

extension JSONDecoder {
  /// How every record is read: ISO 8601 dates, and "inf", "-inf", "nan" for numbers that JSON can't hold.
  public static var records: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

extension JSONEncoder {
  /// How every record is written.
  public static var records: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}

extension DecodingError {
  /// The key path and what was expected there.
  public var explanation: String {
    func path(_ context: Context) -> String {
      context.codingPath.isEmpty
        ? "the top level" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch self {
    case .keyNotFound(let key, let context):
      return "“\(key.stringValue)” is missing in \(path(context))"
    case .typeMismatch(let type, let context):
      return "\(path(context)): expected \(type)"
    case .valueNotFound(let type, let context):
      return "\(path(context)): expected \(type), found null"
    case .dataCorrupted(let context):
      return "\(path(context)): \(context.debugDescription)"
    @unknown default:
      return "\(self)"
    }
  }
}
