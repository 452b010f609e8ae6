internal import Foundation
internal import MedImage
public import MedRecord
internal import MedVoxel
internal import Synchronization

extension Fingerprint {
  /// Looks at every training case of a data set, several at a time.
  ///
  /// Foreground intensities are taken at evenly spaced voxels, at most 20,000 a case, so that a large case does
  /// not outweigh the others.
  /// - Throws: `StudyError` with the problems of all cases.
  /// - Complexity: reads every file once; one case a thread in memory.
  public init(
    of dataset: DatasetFolder, progress: @Sendable (_ finished: Int) -> Void = { _ in }
  ) throws(StudyError) {
    let reader = CaseReader(
      channelCount: dataset.channelNames.count, classCount: dataset.classNames.count)
    let cases = dataset.training
    let finished = Atomic(0)
    let measured = try collect(cases.count) { index in
      let facts = try CaseFacts(reader.read(cases[index]), id: cases[index].id, classes: dataset.classNames.count)
      progress(finished.add(1, ordering: .relaxed).newValue)
      return facts
    }
    let channels = dataset.channelNames.enumerated().map { index, name in
      Channel(name: name, samples: measured.flatMap { $0.samples[index] }, zeros: measured.map { $0.zeroShare[index] })
    }
    self.init(cases: measured.map(\.summary), channels: channels)
  }
}

extension Fingerprint.Channel {
  init(name: String, samples: [Float], zeros: [Double]) {
    let sorted = samples.sorted()
    let count = Double(max(sorted.count, 1))
    let mean = sorted.reduce(0.0) { $0 + Double($1) } / count
    let variance = sorted.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    func percentile(_ share: Double) -> Double {
      guard !sorted.isEmpty else { return 0 }
      return Double(sorted[Int((share * Double(sorted.count - 1)).rounded())])
    }
    self.init(
      name: name, mean: mean, deviation: variance.squareRoot(), percentile00_5: percentile(0.005),
      percentile99_5: percentile(0.995), zeroShare: zeros.reduce(0, +) / Double(max(zeros.count, 1)))
  }
}

/// What one case contributes.
private struct CaseFacts: Sendable {
  var summary: Fingerprint.Case
  /// Foreground intensities, by channel.
  var samples: [[Float]]
  var zeroShare: [Double]

  init(_ subject: Subject, id: String, classes: Int) throws(ImageError) {
    guard let image = subject[scalar: "image"], let labels = subject[labels: "label"] else {
      throw ImageError("the case “\(id)” has no label map")
    }
    let axes = image.affine.orientation.worldAxes
    var size = [0, 0, 0]
    var spacing = [0.0, 0.0, 0.0]
    for axis in 0..<3 {
      size[axes[axis]] = image.size[axis]
      spacing[axes[axis]] = image.affine.spacing[axis]
    }
    var counts = [Int](repeating: 0, count: classes)
    var foreground: [Int] = []
    labels.voxels.withUnsafeBuffer { values in
      for value in values { counts[Int(value)] += 1 }
      let total = values.count - counts[0]
      let step = max(1, total / 20_000)
      var seen = 0
      for (offset, value) in values.enumerated() where value > 0 {
        if seen % step == 0 { foreground.append(offset) }
        seen += 1
      }
    }
    summary = Fingerprint.Case(id: id, size: size, spacing: spacing, classVoxels: counts)
    let voxels = image.voxels
    let zeros = voxels.withUnsafeBuffer { values in
      (0..<voxels.channels).map { channel in
        let part = values[channel * voxels.voxelCount..<(channel + 1) * voxels.voxelCount]
        return Double(part.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }) / Double(max(voxels.voxelCount, 1))
      }
    }
    samples = voxels.withUnsafeBuffer { values in
      (0..<voxels.channels).map { channel in foreground.map { values[channel * voxels.voxelCount + $0] } }
    }
    zeroShare = zeros
  }
}
