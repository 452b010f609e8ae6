public import Foundation
import MedVoxel

/// What is doubtful about a readable image: the kind of thing that spoils a training run unseen.
public struct ImageFindings: Hashable, Codable, Sendable {
  /// Sentences, the header's first.
  public var doubts: [String] = []

  /// Reads the whole image.
  ///
  /// - Throws: `ImageError` where it can't be read to its last voxel.
  public init(_ url: URL, options: ReadOptions = ReadOptions()) throws(ImageError) {
    try self.init(ImageFile.open(url, options: options))
  }

  public init(_ image: OpenImage) throws(ImageError) {
    doubts = image.header.notes + Self.geometry(image.header) + Self.nifti(image.header)
    doubts += Self.values(try image.stored())
  }

  private static func geometry(_ header: ImageHeader) -> [String] {
    guard header.hasGeometry else { return [] }
    var doubts: [String] = []
    let (spacing, direction) = (header.affine.spacing, header.affine.direction)
    let axes = [("I", direction.i), ("J", direction.j), ("K", direction.k)]
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
      let cosine = (axes[a].1 * axes[b].1).sum()
      guard abs(cosine) > 1e-3 else { continue }
      let angle = acos(min(1, max(-1, cosine))) * 180 / .pi
      doubts.append(
        "the axes \(axes[a].0) and \(axes[b].0) meet at \(rounded(angle))°: many tools take them as perpendicular"
      )
    }
    let sizes = [header.size.x, header.size.y, header.size.z]
    for axis in 0..<3 where sizes[axis] > 1 && !(0.001...100).contains(spacing[axis]) {
      doubts.append(
        "voxels are \(rounded(spacing[axis])) mm long along \(axes[axis].0): is that in millimeters?")
    }
    let extents = (0..<3).filter { sizes[$0] > 1 }.map { spacing[$0] }
    if let low = extents.min(), let high = extents.max(), high > 20 * low {
      doubts.append("the spacing differs by a factor of \(rounded(high / low)) between axes")
    }
    return doubts
  }

  private static func nifti(_ header: ImageHeader) -> [String] {
    guard let nifti = header.nifti else { return [] }
    var doubts: [String] = []
    if nifti.sformCode > 0, nifti.qformCode > 0 {
      let distance = nifti.qform.largestDistance(to: nifti.affine, over: header.size)
      if distance > 0.1 {
        doubts.append(
          "sform and qform lie up to \(rounded(distance)) mm apart: tools that prefer the qform see another place"
        )
      }
    }
    let bits = header.type.byteCount * header.components.count * 8
    if nifti.bitpix != bits {
      doubts.append("bitpix is \(nifti.bitpix), expected \(bits) for \(NIfTI.typeName(nifti.datatype))")
    }
    return doubts
  }

  private static func values(_ image: StoredImage) -> [String] {
    var doubts: [String] = []
    let range = image.voxels.range()
    if !range.isFinite {
      let count = image.scalarImage().voxels.statistics().notFiniteCount
      doubts.append("\(count) values are NaN or infinite")
    } else if range.lowest == range.highest {
      doubts.append("all values are \(image.header.rescale(range.lowest))")
    }
    return doubts
  }
}
