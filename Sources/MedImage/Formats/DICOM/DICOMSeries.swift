public import Foundation
public import MedVoxel

/// The images of a folder that make one: same SeriesInstanceUID, size, orientation and spacing.
public struct DICOMSeries: Sendable {
  /// The SeriesInstanceUID.
  public var uid: String
  /// Which of the series' parts this is, from 1, and how many there are: localizers, for example, hold images
  /// of several orientations.
  public var part: Int
  public var partCount: Int
  var instances: [DICOMInstance]
  /// The frames of the instances that belong to this part, in the order of the files.
  var frames: [DICOMSlice]
  var notes: [String] = []

  /// What `--series` takes: the UID, with the part where there are several.
  public var name: String { partCount == 1 ? uid : "\(uid)#\(part)" }
  public var files: [URL] { instances.map(\.place.url) }
  /// Such as "CT"; nil where the files don't say.
  public var modality: String? { instances.first?.text("Modality") }

  /// "CT, Routine Brain, 512×512, 4 files".
  public var summary: String {
    guard let first = instances.first else { return "" }
    let words = [first.text("Modality"), first.text("SeriesDescription")].compactMap { $0 }
    let files = instances.count == 1 ? "1 file" : "\(instances.count) files"
    let frames = self.frames.count == instances.count ? [] : ["\(self.frames.count) frames"]
    return (words + ["\(first.format.columns)×\(first.format.rows)", files] + frames).joined(separator: ", ")
  }

  /// All frames of one file.
  init(_ instance: DICOMInstance) {
    (uid, part, partCount) = (instance.series, 1, 1)
    (instances, frames) = ([], [])
    append(instance, instance.frames.indices)
  }

  private init(uid: String, part: Int, partCount: Int) {
    (self.uid, self.part, self.partCount) = (uid, part, partCount)
    (instances, frames) = ([], [])
  }

  private mutating func append(_ instance: DICOMInstance, _ numbers: some Sequence<Int>) {
    for frame in numbers {
      frames.append(
        DICOMSlice(
          file: instances.count, frame: frame, acquisition: instance.acquisition,
          instance: instance.instance, place: instance.frames[frame]))
    }
    instances.append(instance)
  }

  private func holds(_ format: DICOMFormat, _ place: DICOMFrame) -> Bool {
    guard let other = instances.first?.format, let frame = frames.first else { return false }
    return other.columns == format.columns && other.rows == format.rows && other.samples == format.samples
      && frame.place.fits(place)
  }

  /// The images of one series told apart by size, orientation and spacing; copies of a file are dropped.
  static func parts(_ uid: String, _ instances: [DICOMInstance]) -> [DICOMSeries] {
    var seen: [String: [DICOMInstance]] = [:]
    var copies = 0
    var parts: [DICOMSeries] = []
    for instance in instances {
      if !instance.identity.isEmpty {
        guard !seen[instance.identity, default: []].contains(where: { $0.hasSameContent(as: instance) })
        else {
          copies += 1
          continue
        }
        seen[instance.identity, default: []].append(instance)
      }
      // The frames of this instance by the part that they belong to; a new part is told by its first frame.
      var frames: [Int: [Int]] = [:]
      for (frame, place) in instance.frames.enumerated() {
        let index =
          parts.firstIndex { $0.holds(instance.format, place) }
          ?? frames.first { $0.key >= parts.count && instance.frames[$0.value[0]].fits(place) }?.key
          ?? parts.count + frames.keys.count { $0 >= parts.count }
        frames[index, default: []].append(frame)
      }
      for (index, numbers) in frames.sorted(by: { $0.key < $1.key }) {
        if index == parts.count { parts.append(DICOMSeries(uid: uid, part: 0, partCount: 0)) }
        parts[index].append(instance, numbers)
      }
    }
    for index in parts.indices {
      (parts[index].part, parts[index].partCount) = (index + 1, parts.count)
      if copies > 0 { parts[index].notes.append("\(copies) files are copies of others and are left out") }
    }
    return parts
  }
}

extension DICOMSeries {
  /// Where a frame of a file lies in the volume that the series makes.
  public struct PlacedSlice: Hashable, Sendable {
    public var file: URL
    /// The SOPInstanceUID of the file; empty where it gives none.
    public var identity: String
    /// Counted from 0; other than 0 in multi-frame files only.
    public var frame: Int
    /// The index along the third axis.
    public var k: Int
    /// Which of the images repeated at this position.
    public var repetition: Int
    /// Of the first pixel, in RAS+ millimeters; nil where the file gives none.
    public var position: WorldPoint?
  }

  /// The slices in the order of the volume, repetitions last.
  ///
  /// - Throws: `ImageError` when the slices make no volume, as when the image is opened.
  public func slices() throws(ImageError) -> [PlacedSlice] {
    try layout().volumes.enumerated().flatMap { repetition, volume in
      volume.enumerated().map { k, slice in
        let instance = instances[slice.file]
        return PlacedSlice(
          file: instance.place.url, identity: instance.identity, frame: slice.frame, k: k,
          repetition: repetition, position: slice.position)
      }
    }
  }
}
