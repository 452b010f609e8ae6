public import Foundation

/// What happened in a training run: settings, seed, versions, curves, timings. Its plan lies beside it.
public struct RunRecord: RecordFile, Hashable {
  public static let title = "run record"
  public static let currentVersion = 1

  /// One optimizer step.
  public struct Step: Codable, Hashable, Sendable {
    public var iteration: Int
    public var loss: Double
    public var learningRate: Double
    /// Of the step, and of waiting for its patches.
    public var seconds: Double
    public var waitSeconds: Double

    public init(iteration: Int, loss: Double, learningRate: Double, seconds: Double, waitSeconds: Double) {
      self.iteration = iteration
      self.loss = loss
      self.learningRate = learningRate
      self.seconds = seconds
      self.waitSeconds = waitSeconds
    }
  }

  /// The real metric on whole validation cases.
  public struct Validation: Codable, Hashable, Sendable {
    public var iteration: Int
    /// Mean Dice over the cases, by class number from 1 on; nil where no case has the class.
    public var dice: [Double?]
    public var seconds: Double

    public init(iteration: Int, dice: [Double?], seconds: Double) {
      self.iteration = iteration
      self.dice = dice
      self.seconds = seconds
    }

    public var meanForegroundDice: Double? {
      let known = dice.compactMap { $0 }
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
  }

  public var version = RunRecord.currentVersion
  public var started: Date
  public var environment: EnvironmentRecord
  public var seed: UInt64
  public var parameters: Int
  public var steps: [Step] = []
  public var validations: [Validation] = []
  /// How often the run was taken up again from a checkpoint.
  public var resumptions = 0
  public var isComplete = false
  public var seconds = 0.0
  public var peakMemoryBytes: Int?

  public init(started: Date, environment: EnvironmentRecord, seed: UInt64, parameters: Int) {
    self.started = started
    self.environment = environment
    self.seed = seed
    self.parameters = parameters
  }
}
