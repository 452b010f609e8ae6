public import Foundation
public import MedRecord
internal import MedVoxel

/// What a report shows: records, and pictures made beforehand. It holds no tensors and reads no files.
public struct Report: Sendable {
  /// A slice as a PNG.
  public struct Picture: Sendable {
    public var caption: String
    public var png: Data

    public init(caption: String, png: Data) {
      self.caption = caption
      self.png = png
    }
  }

  /// A set of scored cases, with pictures by case identifier.
  public struct Section: Sendable {
    public var title: String
    public var evaluation: EvaluationRecord
    public var pictures: [String: [Picture]]

    public init(title: String, evaluation: EvaluationRecord, pictures: [String: [Picture]]) {
      self.title = title
      self.evaluation = evaluation
      self.pictures = pictures
    }
  }

  public var title: String
  /// What a reader must know before believing the numbers.
  public var notes: [String]
  public var plan: Plan?
  public var run: RunRecord?
  public var sections: [Section]

  public init(title: String, notes: [String], plan: Plan?, run: RunRecord?, sections: [Section]) {
    self.title = title
    self.notes = notes
    self.plan = plan
    self.run = run
    self.sections = sections
  }

  /// One self-contained page: no script, no external file.
  public var html: String {
    let body: [HTML] =
      [heading, summary] + sections.flatMap(\.html)
      + [run.map(trainingSection), plan.map(planSection)]
      .compactMap { $0 }
    let head = HTML.element(
      "head", [:],
      .element("meta", ["charset": "utf-8"]),
      .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .element("title", [:], .text(title)), .element("style", [:], HTML(source: ReportStyle.css)))
    return "<!DOCTYPE html>\n"
      + HTML.element("html", ["lang": "en"], head, .element("body", [:], body)).source + "\n"
  }

  /// Writes the page.
  /// - Throws: `RecordError` when the system refuses; what lay there before stays then.
  public func write(to url: URL) throws(RecordError) {
    try AtomicFile<RecordError>.write(html.utf8, to: url)
  }

  private var heading: HTML {
    let environment = run?.environment ?? sections.first?.evaluation.environment
    let made = environment.map {
      "DeepMedicine \($0.toolkit), libtorch \($0.libtorch ?? "not used"), \($0.processor), \($0.threads) threads"
    }
    return HTML(
      source: HTML.element("h1", [:], .text(title)).source
        + HTML.paragraph(made ?? "", class: "soft").source
        + notes.map { HTML.paragraph($0, class: "note").source }.joined())
  }

  private var summary: HTML {
    var figures = sections.map { section in
      figure(format(section.evaluation.meanForegroundDice), "mean foreground Dice, \(section.title)")
    }
    if let run {
      figures.append(figure("\(run.steps.last?.iteration ?? 0)", "optimizer steps"))
      figures.append(figure(duration(run.seconds), "training time"))
      figures.append(figure("\(run.seed)", "seed"))
    }
    return .element("div", ["class": "figures"], figures)
  }

  private func figure(_ value: String, _ label: String) -> HTML {
    .element("div", ["class": "figure"], .element("b", [:], .text(value)), .text(label))
  }
}
