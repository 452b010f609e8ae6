/// Scores of predicted label maps against the truth, for each case and class.
public struct EvaluationRecord: RecordFile, Hashable {
  public static let title = "evaluation"
  public static let currentVersion = 1
  /// The name of the record in a prediction's output folder.
  public static let fileName = "evaluation.json"

  /// One class of one case. Distances are in millimetres; nil is undefined (the class is in neither map), and
  /// infinity is a class that one of the two maps misses.
  public struct Score: Codable, Hashable, Sendable {
    public var classNumber: Int
    public var dice: Double?
    public var iou: Double?
    public var hausdorff: Double?
    public var hausdorff95: Double?
    public var averageSurfaceDistance: Double?
    public var surfaceDice: Double?
    /// In millilitres.
    public var predictedVolume: Double
    public var trueVolume: Double

    public init(
      classNumber: Int, dice: Double?, iou: Double?, hausdorff: Double?, hausdorff95: Double?,
      averageSurfaceDistance: Double?, surfaceDice: Double?, predictedVolume: Double, trueVolume: Double
    ) {
      self.classNumber = classNumber
      self.dice = dice
      self.iou = iou
      self.hausdorff = hausdorff
      self.hausdorff95 = hausdorff95
      self.averageSurfaceDistance = averageSurfaceDistance
      self.surfaceDice = surfaceDice
      self.predictedVolume = predictedVolume
      self.trueVolume = trueVolume
    }

    /// Predicted minus true, in millilitres.
    public var volumeDifference: Double { predictedVolume - trueVolume }
  }

  public struct Case: Codable, Hashable, Sendable {
    public var id: String
    public var prediction: String
    public var truth: String
    public var scores: [Score]

    public init(id: String, prediction: String, truth: String, scores: [Score]) {
      self.id = id
      self.prediction = prediction
      self.truth = truth
      self.scores = scores
    }

    /// Over the classes that have one.
    public var meanDice: Double? {
      let known = scores.compactMap(\.dice)
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
  }

  /// A metric over the cases.
  public struct Summary: Codable, Hashable, Sendable {
    public var classNumber: Int
    public var metric: String
    public var mean: Double?
    public var median: Double?
    /// Percentile bootstrap, 95 %.
    public var interval: [Double]?
    /// Cases with a finite value, and cases where a map misses the class.
    public var count: Int
    public var missed: Int

    public init(
      classNumber: Int, metric: String, mean: Double?, median: Double?, interval: [Double]?, count: Int,
      missed: Int
    ) {
      self.classNumber = classNumber
      self.metric = metric
      self.mean = mean
      self.median = median
      self.interval = interval
      self.count = count
      self.missed = missed
    }
  }

  public var version = EvaluationRecord.currentVersion
  public var classNames: [String]
  /// Of the surface Dice, in millimetres.
  public var tolerance: Double
  public var seed: UInt64
  public var environment: EnvironmentRecord
  public var cases: [Case]
  public var summaries: [Summary]

  public init(
    classNames: [String], tolerance: Double, seed: UInt64, environment: EnvironmentRecord, cases: [Case],
    summaries: [Summary]
  ) {
    self.classNames = classNames
    self.tolerance = tolerance
    self.seed = seed
    self.environment = environment
    self.cases = cases
    self.summaries = summaries
  }

  /// The mean over cases of the mean over foreground classes.
  public var meanForegroundDice: Double? {
    let known = cases.compactMap(\.meanDice)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
