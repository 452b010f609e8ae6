public import Foundation
import MedVoxel

/// What a file format has a place for, beside voxels of integers and floats.
public struct ImageContent: OptionSet, Hashable, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Spacing, position and direction.
  public static let geometry = ImageContent(rawValue: 1)
  /// A slope and an intercept.
  public static let scaling = ImageContent(rawValue: 2)
  /// Seconds between the images of a series.
  public static let timeStep = ImageContent(rawValue: 4)
  /// Colors as such, not as channels.
  public static let colors = ImageContent(rawValue: 8)
  public static let complex = ImageContent(rawValue: 16)
  /// NIfTI's own: intent, description, display range, header extensions.
  public static let niftiFields = ImageContent(rawValue: 32)
  /// Values in double precision.
  public static let doubles = ImageContent(rawValue: 64)
}

extension ImageFile {
  /// What the format of a name can't hold of an image, a sentence each; empty where nothing is lost.
  ///
  /// Values are never among it: a writer that can't hold them throws.
  public static func losses(of header: ImageHeader, writing url: URL) -> [String] {
    guard let writer = writer(for: url) else { return [] }
    let (name, holds) = (writer.name, writer.holds)
    var losses: [String] = []
    if header.hasGeometry, !holds.contains(.geometry) {
      losses.append("\(name) has no geometry: spacing, position and orientation are lost")
    }
    if !header.rescale.isIdentity, !holds.contains(.scaling) {
      losses.append(
        "\(name) has no scaling: the values with slope \(header.rescale.slope) and intercept "
          + "\(header.rescale.intercept) applied are stored")
    }
    if header.type == .float64, !holds.contains(.doubles) {
      losses.append("\(name) has no float64: values that are no whole numbers are rounded to float32")
    }
    if let step = header.timeStep, !holds.contains(.timeStep) {
      losses.append("\(name) has no place for the time step of \(rounded(step)) s")
    }
    if header.components == .rgb || header.components == .rgba, !holds.contains(.colors) {
      losses.append("\(name) has no colors: they become \(header.components.count) channels")
    }
    if !holds.contains(.niftiFields) {
      if !header.extensions.isEmpty {
        losses.append("\(name) has no place for the \(header.extensions.count) header extensions")
      }
      if let fields = header.nifti?.ownFields, !fields.isEmpty {
        losses.append("\(name) has no place for NIfTI's \(fields.joined(separator: ", "))")
      }
    }
    return losses
  }
}

extension NIfTIHeader {
  /// Those fields with a value that other formats have no place for.
  var ownFields: [String] {
    var names: [String] = []
    if intentCode != 0 { names.append("intent_code") }
    if !intentName.isEmpty { names.append("intent_name") }
    if !descrip.isEmpty { names.append("descrip") }
    if !auxFile.isEmpty { names.append("aux_file") }
    if calMax != 0 || calMin != 0 { names.append("cal_min and cal_max") }
    if sliceCode != 0 { names.append("slice_code") }
    if toffset != 0 { names.append("toffset") }
    return names
  }
}
