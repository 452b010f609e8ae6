internal import Foundation
public import MedImage
public import MedRecord
internal import MedVoxel

/// Reads the images and labels of a case and checks that they belong together.
public struct CaseReader: Sendable {
  public var channelCount: Int
  public var classCount: Int

  public init(channelCount: Int, classCount: Int) {
    self.channelCount = channelCount
    self.classCount = classCount
  }

  /// The scan `image` with all channels and, where the case has one, the label map `label`, as they lie in the
  /// files.
  /// - Throws: `ImageError` with every problem of the case: unreadable files, channels on different grids, NaN or
  ///   infinite voxels, an image and a label of different grids, class numbers that the data set doesn't name.
  public func read(_ files: DatasetFolder.Case) throws(ImageError) -> Subject {
    var problems: [Problem] = []
    let image = attempt(&problems) { () throws(ImageError) in try readImage(files) }
    let labels = files.label.flatMap { url in
      attempt(&problems) { () throws(ImageError) in try LabelMap(contentsOf: url) }
    }
    if let labels, let url = files.label {
      problems += unnamedClasses(labels, url)
    }
    if let image, let labels, let difference = image.grid.difference(from: labels.grid) {
      problems.append(
        Problem(
          "image and label of “\(files.id)” lie on different grids: \(difference)",
          at: files.label?.path, remedy: "resample the label map onto its image"))
    }
    guard problems.isEmpty, let image else { throw ImageError(problems) }
    return Subject(image: image, labels: labels)
  }

  /// The scan with all its channels, from one file or one for each.
  public func readImage(_ files: DatasetFolder.Case) throws(ImageError) -> ScalarImage {
    var parts: [ScalarImage] = []
    for url in files.images { parts.append(try ScalarImage(contentsOf: url)) }
    guard let first = parts.first else { throw ImageError("the case “\(files.id)” has no image") }
    var problems: [Problem] = []
    for (part, url) in zip(parts, files.images).dropFirst() {
      if let difference = first.grid.difference(from: part.grid) {
        problems.append(
          Problem(
            "the channels of “\(files.id)” lie on different grids: \(difference)", at: url.path,
            remedy: "resample them onto one grid"))
      }
    }
    let channels = parts.reduce(0) { $0 + $1.channels }
    if channels != channelCount {
      problems.append(
        Problem(
          expected: "\(channelCount) channels", found: "\(channels)",
          at: files.images.map(\.path).joined(separator: ", "),
          remedy: "give one file with all channels, or NAME_0000, NAME_0001 … with one each"))
    }
    guard problems.isEmpty else { throw ImageError(problems) }
    let image = parts.count == 1 ? first : ScalarImage.stacking(parts)
    if image.voxels.statistics().notFiniteCount > 0, let index = image.voxels.firstNotFinite {
      throw ImageError(
        "the voxel (\(index.index.x), \(index.index.y), \(index.index.z)) of channel \(index.channel) is \(index.value)",
        at: files.images.map(\.path).joined(separator: ", "),
        remedy: "replace NaN and infinite voxels before training or prediction")
    }
    return image
  }

  private func unnamedClasses(_ labels: LabelMap, _ url: URL) -> [Problem] {
    var counts: [UInt16: Int] = [:]
    labels.voxels.withUnsafeBuffer { values in
      for value in values where Int(value) >= classCount { counts[value, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map { value, count in
      Problem(
        "class number \(value) (\(count) voxels) is not among the \(classCount) classes of the data set",
        at: url.path, remedy: "name it in dataset.json, or take it out of the label map")
    }
  }

  private func attempt<Value>(
    _ problems: inout [Problem], _ body: () throws(ImageError) -> Value
  ) -> Value? {
    do {
      return try body()
    } catch {
      problems += error.problems
      return nil
    }
  }
}

extension ScalarImage {
  /// The channels of several images of one grid, one after the other.
  static func stacking(_ images: [ScalarImage]) -> ScalarImage {
    let channels = images.reduce(0) { $0 + $1.channels }
    let voxels = VoxelBuffer<Float>(channels: channels, size: images[0].size) { target in
      var offset = 0
      for image in images {
        image.voxels.withUnsafeBuffer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          (to + offset).initialize(from: from, count: source.count)
        }
        offset += image.voxels.count
      }
    }
    return ScalarImage(voxels: voxels, affine: images[0].affine)
  }
}

extension VoxelBuffer<Float> {
  /// The first NaN or infinite voxel, searched for one after the other.
  var firstNotFinite: (channel: Int, index: GridIndex, value: Float)? {
    withUnsafeBuffer { values in
      guard let offset = values.firstIndex(where: { !$0.isFinite }) else { return nil }
      let (channel, voxel) = offset.quotientAndRemainder(dividingBy: Swift.max(voxelCount, 1))
      let index = GridIndex(
        voxel % size.x, voxel / size.x % size.y, voxel / (size.x * size.y))
      return (channel, index, values[offset])
    }
  }
}
