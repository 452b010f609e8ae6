import Foundation
import MedRecord
import MedTestSupport
import MedVoxel
import Testing

@testable import MedReport

private let environment = EnvironmentRecord(libtorch: "2.13.0", threads: 2)

private let evaluation = EvaluationRecord(
  classNames: ["background", "grey <1>"], tolerance: 1, seed: 3, environment: environment,
  cases: [
    .init(
      id: "good", prediction: "p/good.nii.gz", truth: "t/good.nii.gz",
      scores: [
        .init(
          classNumber: 1, dice: 0.9, iou: 0.82, hausdorff: 3, hausdorff95: 1.5, averageSurfaceDistance: 0.4,
          surfaceDice: 0.95, predictedVolume: 10, trueVolume: 11)
      ]),
    .init(
      id: "bad, \"worst\"", prediction: "p/bad.nii.gz", truth: "t/bad.nii.gz",
      scores: [
        .init(
          classNumber: 1, dice: 0.1, iou: 0.05, hausdorff: .infinity, hausdorff95: nil,
          averageSurfaceDistance: nil, surfaceDice: 0, predictedVolume: 0, trueVolume: 11)
      ]),
  ], summaries: [])

struct ReportTests {
  private var report: Report {
    var run = RunRecord(
      started: Date(timeIntervalSince1970: 0), environment: environment, seed: 5, parameters: 1000)
    run.steps = (1...60).map {
      .init(
        iteration: $0, loss: 2 / Double($0), learningRate: 1e-3, seconds: 0.5, waitSeconds: 0.01)
    }
    run.validations = [
      .init(iteration: 30, dice: [0.5], seconds: 1), .init(iteration: 60, dice: [nil], seconds: 1),
    ]
    return Report(
      title: "Toy & <report>", notes: ["anatomy is shared"], plan: nil, run: run,
      sections: [
        .init(
          title: "test", evaluation: evaluation,
          pictures: ["good": [.init(caption: "axial", png: Data([1, 2, 3]))]])
      ])
  }

  @Test func escapesWhatComesFromFiles() {
    let html = report.html
    #expect(html.contains("Toy &amp; &lt;report&gt;"))
    #expect(html.contains("grey &lt;1&gt;"))
    #expect(html.contains("bad, &quot;worst&quot;"))
    #expect(!html.contains("<report>"))
  }

  @Test func needsNoOtherFile() {
    let html = report.html
    #expect(!html.contains("<script"))
    #expect(!html.contains("http://"))
    #expect(!html.contains("https://"))
    #expect(html.contains("data:image/png;base64,AQID"))
  }

  @Test func putsWorstCasesFirst() throws {
    let html = report.html
    let bad = try #require(html.range(of: "<td>bad, "))
    let good = try #require(html.range(of: "<td>good"))
    #expect(bad.lowerBound < good.lowerBound)
    #expect(html.contains("∞"))
  }

  @Test func tablesQuoteFields() {
    let lines = evaluation.csv.split(separator: "\r\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("case,class_number,class,dice"))
    #expect(lines[1] == "good,1,grey <1>,0.9,0.82,3.0,1.5,0.4,0.95,10.0,11.0")
    #expect(lines[2] == "\"bad, \"\"worst\"\"\",1,grey <1>,0.1,0.05,inf,,,0.0,0.0,11.0")
  }

  @Test func chartsSurviveOddValues() {
    for points: [(x: Double, y: Double)] in [[], [(1, .nan)], [(1, 2)], [(1, 2), (2, 2)], [(1, .infinity)]] {
      let chart = LineChart(title: "t", xLabel: "x", series: [.init(name: "s", points: points)])
      #expect(!chart.html.source.contains("nan"))
      #expect(!chart.html.source.contains("inf"))
    }
  }

  /// A browser lays the page out; where there is none, the test says so.
  @Test func showsInABrowser() throws {
    let folder = try TemporaryFolder()
    let page = folder.url.appending(path: "report.html")
    try Data(report.html.utf8).write(to: page)
    guard
      let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first(where: { FileManager.default.isExecutableFile(atPath: $0) })
    else {
      withKnownIssue(
        "no Chromium on this machine; scripts/setup installs one for the tests", isIntermittent: true
      ) {
        Issue.record("skipped")
      }
      return
    }
    let process = Process()
    process.executableURL = URL(filePath: chromium)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
      "--user-data-dir=\(folder.url.path)/profile",
      page.absoluteString,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let dom = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(dom.contains("<h1>Toy &amp; &lt;report&gt;</h1>"))
    #expect(dom.contains("<polyline"))
  }
}
