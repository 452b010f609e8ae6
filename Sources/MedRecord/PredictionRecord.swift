public import MedVoxel

/// What a prediction wrote, scan by scan, and what it could not segment.
public struct PredictionRecord: RecordFile, Hashable {
  public static let title = "prediction record"
  public static let currentVersion = 1
  /// The name of the record in a prediction's output folder.
  public static let fileName = "prediction.json"

  public struct Scan: Codable, Hashable, Sendable {
    public var id: String
    public var images: [String]
    public var output: String
    public var seconds: Double

    public init(id: String, images: [String], output: String, seconds: Double) {
      self.id = id
      self.images = images
      self.output = output
      self.seconds = seconds
    }
  }

  /// A scan without a label map.
  public struct Failure: Codable, Hashable, Sendable {
    public var id: String
    public var images: [String]
    public var problems: [Problem]
    public var cause: FailureCause

    public init(id: String, images: [String], problems: [Problem], cause: FailureCause) {
      self.id = id
      self.images = images
      self.problems = problems
      self.cause = cause
    }
  }

  public var version = PredictionRecord.currentVersion
  public var run: String
  public var iteration: Int
  public var classNames: [String]
  public var environment: EnvironmentRecord
  public var scans: [Scan] = []
  /// nil in records of old versions, which knew none.
  public var failures: [Failure]? = []

  public init(run: String, iteration: Int, classNames: [String], environment: EnvironmentRecord) {
    self.run = run
    self.iteration = iteration
    self.classNames = classNames
    self.environment = environment
  }

  /// Whether `other` tells of the same network.
  public func isOfSameNetwork(as other: PredictionRecord) -> Bool {
    run == other.run && iteration == other.iteration && classNames == other.classNames
  }
}
