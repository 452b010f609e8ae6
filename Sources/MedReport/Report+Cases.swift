internal import Foundation
public import MedRecord

extension Report.Section {
  var html: [HTML] {
    [.element("h2", [:], .text("Scores: \(title)")), summaryTable, .element("h3", [:], .text("Cases, worst first")), caseTable]
      + caseDetails
  }

  private func className(_ number: Int) -> String {
    number < evaluation.classNames.count ? evaluation.classNames[number] : "class \(number)"
  }

  private var summaryTable: HTML {
    let rows = evaluation.summaries.map { summary in
      [
        "\(className(summary.classNumber)): \(summary.metric)", format(summary.mean), format(summary.median),
        summary.interval.map { "\(format($0.first)) – \(format($0.last))" } ?? "–", "\(summary.count)",
        "\(summary.missed)",
      ]
    }
    return .table(
      header: ["class and metric", "mean", "median", "95 % interval", "cases", "missed"], rows: rows)
  }

  /// Worst mean Dice first; cases without one come before all others.
  public var casesWorstFirst: [EvaluationRecord.Case] {
    evaluation.cases.sorted { ($0.meanDice ?? -1, $0.id) < ($1.meanDice ?? -1, $1.id) }
  }

  private var caseTable: HTML {
    let rows = casesWorstFirst.flatMap { item in
      item.scores.map { score in
        [
          item.id, className(score.classNumber), format(score.dice), format(score.iou),
          format(score.hausdorff95), format(score.hausdorff), format(score.averageSurfaceDistance),
          format(score.surfaceDice), format(score.volumeDifference),
        ]
      }
    }
    return .table(
      header: [
        "case", "class", "Dice", "IoU", "HD95 (mm)", "HD (mm)", "ASSD (mm)",
        "surface Dice at \(format(evaluation.tolerance)) mm", "volume difference (ml)",
      ], rows: rows)
  }

  private var caseDetails: [HTML] {
    casesWorstFirst.compactMap { item in
      guard let pictures = pictures[item.id], !pictures.isEmpty else { return nil }
      let figures = pictures.map { picture in
        HTML.element(
          "figure", [:],
          .element(
            "img",
            [
              "src": "data:image/png;base64,\(picture.png.base64EncodedString())", "alt": picture.caption,
              "loading": "lazy",
            ]),
          .element("figcaption", [:], .text(picture.caption)))
      }
      return HTML(
        source: HTML.element("h3", [:], .text("\(item.id), Dice \(format(item.meanDice))")).source
          + HTML.element("div", ["class": "pictures"], figures).source)
    }
  }
}

/// Three decimals; a dash for what is undefined, ∞ for a missed structure.
func format(_ value: Double?) -> String {
  guard let value, !value.isNaN else { return "–" }
  return value.isInfinite ? "∞" : String(format: "%.3f", value)
}

/// "3 min 20 s".
func duration(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  if whole < 60 { return String(format: "%.1f s", seconds) }
  return whole < 3600
    ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
}
