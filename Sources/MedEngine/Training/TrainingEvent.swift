public import MedRecord

/// What a training run tells while it works.
public enum TrainingEvent: Sendable {
  case started(RunRecord, firstIteration: Int, iterations: Int)
  case prepared(cases: Int, of: Int)
  case step(RunRecord.Step)
  case validated(RunRecord.Validation)
  case saved(iteration: Int)
}

/// How a training run ended.
public enum TrainingOutcome: Sendable {
  case finished
  /// The caller asked to stop; a checkpoint holds everything up to this iteration.
  case interrupted(iteration: Int)
}
