public import Foundation
import MedVoxel

extension DICOMSegmentation {
  /// Choices in writing a segmentation object.
  public struct Writing: Sendable {
    public enum Storage: String, CaseIterable, Codable, Sendable {
      case binary
      /// 255 steps of probability.
      case fractional
    }

    public var storage = Storage.binary
    /// What the segments are; classes without an entry are named by their numbers.
    public var segments: [DICOMSegment] = []
    public var description = "Segmentation"
    public var identifiers: ObjectIdentifiers

    public init(
      storage: Storage = .binary, segments: [DICOMSegment] = [], description: String = "Segmentation",
      identifiers: ObjectIdentifiers = .new()
    ) {
      self.storage = storage
      self.segments = segments
      self.description = description
      self.identifiers = identifiers
    }
  }

  /// Writes a label map as a segmentation of a series: a segment for each class that occurs or is described,
  /// a frame for each slice where it occurs.
  ///
  /// - Throws: `ImageError` when the label map's voxels are not those of the series, it is empty, or the file
  ///   can't be written; nothing is left behind.
  public static func write(
    _ map: LabelMap, of reference: DICOMReference, to url: URL, _ writing: Writing = Writing()
  ) throws(ImageError) {
    let voxels = try reference.aligned(map)
    let plane = map.size.x == 0 ? 0 : reference.grid.size.x * reference.grid.size.y
    var slicesOf: [UInt16: [Int]] = [:]
    voxels.withUnsafeBuffer { all in
      for slice in 0..<reference.grid.size.z {
        var (seen, last): (Set<UInt16>, UInt16) = ([], 0)
        for value in all[slice * plane..<(slice + 1) * plane] where value != last {
          last = value
          if value != 0 { seen.insert(value) }
        }
        for value in seen { slicesOf[value, default: []].append(slice) }
      }
    }
    let maximum: UInt8 = writing.storage == .binary ? 1 : 255
    let frames = slicesOf.keys.sorted().flatMap { label in
      (slicesOf[label] ?? []).map { slice in
        SegmentationFrame(segment: Int(label), slice: slice) { output in
          voxels.withUnsafeBuffer { all in
            for index in 0..<plane where all[slice * plane + index] == label { output[index] = maximum }
          }
        }
      }
    }
    try write(frames, of: reference, to: url, writing)
  }

  /// Writes probabilities from 0 to 1, one channel a segment, numbered from 1, in 255 steps.
  ///
  /// - Throws: `ImageError` when the grid is not that of the series, every voxel is 0, or the file can't be
  ///   written; nothing is left behind.
  public static func write(
    probabilities image: ScalarImage, of reference: DICOMReference, to url: URL, _ writing: Writing
  ) throws(ImageError) {
    if let difference = image.grid.difference(from: reference.grid) {
      throw ImageError(
        "the probabilities don't lie on the reference series: \(difference)",
        remedy: "resample them to the series first")
    }
    let (voxels, plane) = (image.voxels, image.size.x * image.size.y)
    var frames: [SegmentationFrame] = []
    for channel in 0..<image.channels {
      for slice in 0..<image.size.z {
        let start = (channel * image.size.z + slice) * plane
        @Sendable func step(_ value: Float) -> UInt8 {
          value.isFinite ? UInt8((min(max(value, 0), 1) * 255).rounded()) : 0
        }
        guard voxels.withUnsafeBuffer({ all in all[start..<start + plane].contains { step($0) > 0 } }) else {
          continue
        }
        frames.append(
          SegmentationFrame(segment: channel + 1, slice: slice) { output in
            voxels.withUnsafeBuffer { all in
              for index in 0..<plane { output[index] = step(all[start + index]) }
            }
          })
      }
    }
    var fractional = writing
    fractional.storage = .fractional
    try write(frames, of: reference, to: url, fractional)
  }

  private static func write(
    _ frames: [SegmentationFrame], of reference: DICOMReference, to url: URL, _ writing: Writing
  ) throws(ImageError) {
    guard !frames.isEmpty else {
      throw ImageError(
        "the label map is empty, and a segmentation object has at least one frame", at: url.path)
    }
    guard writing.segments.allSatisfy({ (1...65535).contains($0.number) }),
      Set(writing.segments.map(\.number)).count == writing.segments.count
    else { throw ImageError("segments are numbered from 1, each number once", at: url.path, cause: .usage) }
    let object = SegmentationObject(reference: reference, writing: writing, frames: frames)
    try object.data().write(to: url)
  }
}

/// A frame to be written: the pixels of a segment in a slice.
struct SegmentationFrame: Sendable {
  var segment: Int
  var slice: Int
  /// Fills zeroed memory.
  var fill: @Sendable (UnsafeMutableBufferPointer<UInt8>) -> Void
}
