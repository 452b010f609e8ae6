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
      case .auto:
        contents.allSatisfy { content in
          content.isWhole && (urls.count == 1 || content.largest > 1 && content.classCount <= 64)
        }
      }
    let problems = zip(urls, contents).compactMap { url, content in
      isLabels ? content.labelProblem(at: url) : content.mapProblem(at: url)
    }
    guard problems.isEmpty else { throw TransformError(problems) }
    let mask = try mask.map { try ScalarImage(contentsOf: $0) }

    guard isLabels else {
      try checkNames(of: urls.count)
      let shares = zip(images, contents).map { $1.probabilities($0) }
      let atlas = try TissueAtlas(maps: shares, names: names, mask: mask)
      try checkSum(of: shares)
      return [atlas]
    }
    let maps = images.map { LabelMap(voxels: $0.voxels.converted(to: UInt16.self), affine: $0.affine) }
    let classes = Set(try maps.flatMap { try ClassIndex($0).foreground }).sorted()
    guard classes.count <= 64 else {
      throw TransformError(
        "\(classes.count) classes are too many to synthesize from",
        remedy: "join classes that look alike, up to 64; for tissue probabilities, say --kind maps")
    }
    try checkNames(of: classes.count)
    return try maps.map { try TissueAtlas(labels: $0, classes: classes, names: names, mask: mask) }
  }

  /// Shares of one anatomy sum to 1 at most, but for rounding and a few voxels.
  private func checkSum(of shares: [ScalarImage]) throws(TransformError) {
    guard var sum = shares.first?.voxels else { return }
    for share in shares.dropFirst() { sum.add(share.voxels) }
    let (occupied, excessive) = sum.withUnsafeBuffer { sum in
      (sum.count { $0 > 0.5 }, sum.count { $0 > 1.1 })
    }
    guard excessive * 100 <= occupied else {
      throw TransformError(
        "the maps sum to more than 1 in \(excessive) of \(occupied) voxels",
        remedy: "give tissue probabilities of one anatomy; for label maps, say --kind labels")
    }
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
    /// Distinct values but 0 among the first 65,536 whole numbers.
    var classCount = 0
    var channels: Int

    init(_ image: ScalarImage) {
      channels = image.channels
      var occurs = [Bool](repeating: false, count: 65536)
      image.voxels.withUnsafeBuffer { voxels in
        for value in voxels {
          largest = max(largest, value)
          smallest = min(smallest, value)
          if value != value.rounded() {
            isWhole = false
          } else if value > 0, value < 65536 {
            occurs[Int(value)] = true
          }
        }
      }
      classCount = occurs.count { $0 }
    }

    /// Probabilities are often stored as bytes, 255 for one.
    var isBytes: Bool { isWhole && largest > 1 && largest <= 255 }

    func probabilities(_ image: ScalarImage) -> ScalarImage {
      guard isBytes else { return image }
      var voxels = image.voxels
      voxels.rescale(subtracting: 0, multiplyingBy: 1 / 255)
      return ScalarImage(voxels: voxels, affine: image.affine)
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
      guard smallest >= -0.001, largest <= 1.001 || isBytes, largest > 0, channels == 1 else {
        return Problem(
          expected: "a tissue map: one channel of probabilities from 0 to 1, or bytes from 0 to 255",
          found: "\(channels) channels from \(smallest) to \(largest) with \(classCount) whole values",
          at: url.path, remedy: "scale the map; of a label map, join classes that look alike, up to 64")
      }
      return nil
    }
  }
}
