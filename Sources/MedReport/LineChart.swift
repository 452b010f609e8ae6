internal import Foundation
internal import MedVoxel

/// Curves over iterations as a self-contained SVG.
struct LineChart {
  struct Series {
    var name: String
    var points: [(x: Double, y: Double)]
  }

  var title: String
  var xLabel: String
  var yRange: ClosedRange<Double>?
  var series: [Series]

  static let colors = ["#2f6fde", "#d9480f", "#2b8a3e", "#9c36b5", "#e67700", "#0b7285"]
  private let width = 620.0
  private let height = 260.0
  private let margin = (left: 52.0, right: 14.0, top: 14.0, bottom: 38.0)

  var html: HTML {
    let points = series.flatMap(\.points).filter { $0.y.isFinite }
    guard let minX = points.map(\.x).min(), let maxX = points.map(\.x).max(),
      let lowest = points.map(\.y).min(), let highest = points.map(\.y).max()
    else { return .paragraph("\(title): no values yet.") }
    let range = yRange ?? lowest...max(highest, lowest + 1e-9)
    func x(_ value: Double) -> Double {
      margin.left + (value - minX) / max(maxX - minX, 1e-9) * (width - margin.left - margin.right)
    }
    func y(_ value: Double) -> Double {
      let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      return height - margin.bottom - min(max(share, 0), 1) * (height - margin.top - margin.bottom)
    }
    var parts: [HTML] = []
    for tick in ticks(range) {
      parts.append(line(margin.left, y(tick), width - margin.right, y(tick), "grid"))
      parts.append(label(rounded(tick), margin.left - 6, y(tick) + 4, "end"))
    }
    for tick in ticks(minX...max(maxX, minX + 1e-9)) {
      parts.append(label(rounded(tick), x(tick), height - margin.bottom + 16, "middle"))
    }
    parts.append(label(xLabel, (margin.left + width - margin.right) / 2, height - 4, "middle"))
    for (index, curve) in series.enumerated() {
      let path = curve.points.filter { $0.y.isFinite }
        .map { "\(format(x($0.x))),\(format(y($0.y)))" }.joined(separator: " ")
      parts.append(
        .element(
          "polyline",
          [
            "points": path, "fill": "none", "stroke": LineChart.colors[index % LineChart.colors.count],
            "stroke-width": "1.6",
          ]))
    }
    let chart = HTML.element(
      "svg",
      ["viewBox": "0 0 \(Int(width)) \(Int(height))", "role": "img", "aria-label": title], parts)
    let legend = HTML.element("figcaption", [:], [.text(title + " ")] + keys)
    return .element("figure", [:], chart, legend)
  }

  private var keys: [HTML] {
    guard series.count > 1 else { return [] }
    return series.enumerated().map { index, curve in
      .element(
        "span", ["style": "color:\(LineChart.colors[index % LineChart.colors.count])"],
        .text("● \(curve.name) "))
    }
  }

  /// Round numbers inside the range, four to nine of them.
  private func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let span = range.upperBound - range.lowerBound
    let power = pow(10, floor(log10(span / 4)))
    guard power > 0, power.isFinite else { return [range.lowerBound] }
    let step = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= 8 } ?? span
    var tick = (range.lowerBound / step).rounded(.up) * step
    var result: [Double] = []
    while tick <= range.upperBound + step * 1e-6, result.count < 12 {
      result.append(abs(tick) < step * 1e-6 ? 0 : tick)
      tick += step
    }
    return result
  }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ name: String) -> HTML {
    .element(
      "line",
      ["x1": format(x1), "y1": format(y1), "x2": format(x2), "y2": format(y2), "class": name])
  }

  private func label(_ text: String, _ x: Double, _ y: Double, _ anchor: String) -> HTML {
    .element("text", ["x": format(x), "y": format(y), "text-anchor": anchor], .text(text))
  }

  private func format(_ value: Double) -> String { String(format: "%.1f", value) }
}
