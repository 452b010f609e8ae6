import Foundation
import MedImage
import MedTransform
import MedVoxel

/// The files that images are synthesized from.
struct AtlasFiles {
  var urls: [URL]
  var mask: URL?
  var kind: Deepmed.DataCommand.Synthesize.Kind
  var names: [String]

  /// One atlas of all tissue maps, or one of each label map; all have the same tissues.
  /// - Throws: `TransformError` that lists every file that does not fit, `ImageError` for unreadable ones.
  func atlases() throws -> [TissueAtlas] {
    let images = try urls.map { try ScalarImage(contentsOf: $0) }
    let contents = images.map(Content.init)
    let isLabels =
      switch kind {
      case .maps: false
      case .labels: true
      case .auto: contents.allSatisfy { $0.isWhole && ($0.largest > 1 || urls.count == 1) }
      }
    let problems = zip(urls, contents).compactMap { url, content in
      isLabels ? content.labelProblem(at: url) : content.mapProblem(at: url)
    }
    guard problems.isEmpty else { throw TransformError(problems) }
    let mask = try mask.map { try ScalarImage(contentsOf: $0) }

    guard isLabels else {
      try checkNames(of: urls.count)
      return [try TissueAtlas(maps: images, names: names, mask: mask)]
    }
    let maps = images.map { LabelMap(voxels: $0.voxels.converted(to: UInt16.self), affine: $0.affine) }
    let classes = Set(try maps.flatMap { try ClassIndex($0).foreground }).sorted()
    guard classes.count <= 64 else {
      throw TransformError(
        "\(classes.count) classes are too many to synthesize from",
        remedy: "join classes that look alike, up to 64")
    }
    try checkNames(of: classes.count)
    return try maps.map { try TissueAtlas(labels: $0, classes: classes, names: names, mask: mask) }
  }

  private func checkNames(of count: Int) throws(TransformError) {
    guard names.isEmpty || names.count == count else {
      throw TransformError(
        "expected names for \(count) tissues, found \(names.count): \(names.joined(separator: ", "))",
        cause: .usage)
    }
  }

  /// What the voxels of a file are like.
  private struct Content {
    var largest: Float = 0
    var smallest: Float = 0
    var isWhole = true
    var channels: Int

    init(_ image: ScalarImage) {
      channels = image.channels
      (largest, smallest, isWhole) = image.voxels.withUnsafeBuffer { voxels in
        var (largest, smallest, isWhole) = (Float(0), Float(0), true)
        for value in voxels {
          largest = max(largest, value)
          smallest = min(smallest, value)
          if value != value.rounded() { isWhole = false }
        }
        return (largest, smallest, isWhole)
      }
    }

    func labelProblem(at url: URL) -> Problem? {
      guard isWhole, smallest >= 0, largest <= 65535, channels == 1 else {
        return Problem(
          expected: "a label map: one channel of whole numbers from 0 to 65,535",
          found: "\(channels) channels from \(smallest) to \(largest)", at: url.path,
          remedy: "for tissue probabilities, say --kind maps")
      }
      return nil
    }

    func mapProblem(at url: URL) -> Problem? {
      guard smallest >= -0.001, largest <= 1.001, largest > 0, channels == 1 else {
        return Problem(
          expected: "a tissue map: one channel of probabilities from 0 to 1",
          found: "\(channels) channels from \(smallest) to \(largest)", at: url.path,
          remedy: "scale the map, or say --kind labels for a label map")
      }
      return nil
    }
  }
}
