import Foundation
import MedMetric
import MedVoxel
import Testing

@Suite struct SummaryTests {
  @Test func summaryCountsWhatIsNotANumber() throws {
    let summary = ScoreSummary([1, 3, .nan, .infinity])
    #expect(summary.count == 3 && summary.undefinedCount == 1 && summary.infiniteCount == 1)
    #expect(summary.mean == .infinity && summary.median == 3 && summary.finiteMean == 2)
    #expect(abs(summary.finiteDeviation - 2.0.squareRoot()) < 1e-12)
    let nothing = ScoreSummary([.nan])
    #expect(nothing.mean.isNaN && nothing.interval == nil)
  }

  @Test func bootstrapIsSeededAndCoversTheMean() throws {
    var stream = RandomStream(seed: 9)
    let values = (0..<200).map { _ in stream.normal() + 5 }
    let interval = try #require(ScoreSummary(values).interval)
    #expect(interval == ScoreSummary(values).interval)
    #expect(interval != ScoreSummary(values, from: RandomStream(seed: 1)).interval)
    // Standard error 1/√200 = 0.07: an interval of about ±0.14.
    #expect(interval.lowerBound < 5.1 && interval.upperBound > 4.9)
    #expect(abs(interval.upperBound - interval.lowerBound - 0.28) < 0.06)
  }

  @Test func evaluationOverCases() throws {
    func scores(_ dice: (Int, Int, Int), label: UInt16) -> ClassScores {
      ClassScores(
        label: label, truePositives: dice.0, falsePositives: dice.1, falseNegatives: dice.2, trueNegatives: 0,
        predictedVolume: 0, referenceVolume: 0)
    }
    let summary = EvaluationSummary(
      of: [[scores((1, 0, 0), label: 1), scores((0, 0, 4), label: 2)], [scores((1, 1, 1), label: 1)]])
    #expect(summary.labels == [1, 2] && summary.missedCount[2] == 1 && summary.inventedCount[2] == 0)
    #expect(summary.byLabel[1]?[.dice]?.mean == 0.75)
    #expect(summary.byLabel[2]?[.dice]?.undefinedCount == 1)
    // The first case's mean over its classes is 0.5, the second's 0.5.
    #expect(summary.overall[.dice]?.mean == 0.5)
  }

  @Test func reductionsByHand() {
    let table = [[1, .nan, 3], [.nan, .nan, .nan], [2, 4, .nan]] as [[Double]]
    #expect(ScoreReduction.mean(table).values == [2.5])
    #expect(ScoreReduction.mean(table).counts == [2])
    #expect(ScoreReduction.sum(table).values == [10] && ScoreReduction.sum(table).counts == [4])
    #expect(ScoreReduction.meanBatch(table).values == [1.5, 4, 3])
    #expect(ScoreReduction.meanChannel(table).values == [2, 0, 3])
    #expect(ScoreReduction.meanChannel(table, whenEmpty: .nan).values[1].isNaN)
    #expect(ScoreReduction.sumChannel(table).counts == [2, 0, 2])
  }
}
