internal import MedRecord
internal import MedVoxel

extension Report {
  func trainingSection(_ run: RunRecord) -> HTML {
    let classes = plan?.classNames ?? []
    let losses = LineChart(
      title: "Training loss", xLabel: "iteration", yRange: nil,
      series: [
        .init(name: "loss", points: smoothed(run.steps.map { (Double($0.iteration), $0.loss) }))
      ])
    let classCount = run.validations.first?.dice.count ?? 0
    let dice = LineChart(
      title: "Dice on the validation cases", xLabel: "iteration", yRange: 0...1,
      series: (0..<classCount).map { index in
        .init(
          name: index + 1 < classes.count ? classes[index + 1] : "class \(index + 1)",
          points: run.validations.compactMap { step in
            step.dice[index].map { (Double(step.iteration), $0) }
          })
      })
    let rate = LineChart(
      title: "Learning rate", xLabel: "iteration", yRange: nil,
      series: [.init(name: "rate", points: run.steps.map { (Double($0.iteration), $0.learningRate) })])
    let work = run.steps.reduce(0) { $0 + $1.seconds }
    let wait = run.steps.reduce(0) { $0 + $1.waitSeconds }
    let rows: [[String]] = [
      ["trainable parameters", "\(run.parameters)"],
      ["time in optimizer steps", duration(work)], ["time waiting for patches", duration(wait)],
      ["validation time", duration(run.validations.reduce(0) { $0 + $1.seconds })],
      ["taken up from a checkpoint", "\(run.resumptions) times"],
      ["peak memory", run.peakMemoryBytes.map { "\($0 >> 20) MiB" } ?? "–"],
      ["system", run.environment.system],
    ]
    return HTML(
      source: HTML.element("h2", [:], .text("Training")).source
        + HTML.element("div", ["class": "charts"], losses.html, dice.html, rate.html).source
        + HTML.table(header: ["figure", "value"], rows: rows).source)
  }

  /// A running mean over a fiftieth of the curve, so that its course can be seen.
  private func smoothed(_ points: [(Double, Double)]) -> [(x: Double, y: Double)] {
    let window = max(1, points.count / 50)
    return points.indices.map { index in
      let part = points[max(0, index - window + 1)...index]
      return (points[index].0, part.reduce(0) { $0 + $1.1 } / Double(part.count))
    }
  }

  func planSection(_ plan: Plan) -> HTML {
    let json = (try? plan.json()).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return HTML(
      source: HTML.element("h2", [:], .text("Plan")).source
        + HTML.element("ul", [:], plan.reasons.map { .element("li", [:], .text($0)) }).source
        + HTML.element(
          "details", [:], .element("summary", [:], .text("The whole plan as data")),
          .element("pre", [:], .text(json))
        ).source)
  }
}
