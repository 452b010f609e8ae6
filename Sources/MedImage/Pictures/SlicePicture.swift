import MedVoxel

/// The three planes of anatomy.
public enum AnatomicalPlane: String, Codable, Sendable, CaseIterable {
  /// Seen from the feet: the patient's right on the left, the front on top.
  case axial
  /// Seen from the front: the patient's right on the left, the head on top.
  case coronal
  /// Seen from the left: the front on the left, the head on top.
  case sagittal
}

/// Pictures of slices, in radiological convention (see `AnatomicalPlane`) whatever the order of the voxels:
/// the voxel axes nearest to the anatomical ones are used, and pixels are square in millimetres.
public enum SlicePicture {
  /// One slice, gray, with the classes of a label map over it.
  ///
  /// - Parameters:
  ///   - overlay: On the same grid; its classes are tinted and outlined.
  ///   - index: The voxel index along the plane's axis; nil takes `bestIndex`.
  ///   - window: The intensities shown as black and white; nil takes `window(of:)`.
  ///   - channel: Of the image; three channels can't be shown at once.
  ///   - pixelSize: In millimetres; nil takes the smaller spacing of the plane.
  /// - Throws: `ImageError` when the grids differ, with the difference in millimetres, or an index or a channel
  ///   does not exist.
  public static func picture(
    of image: ScalarImage, overlay: LabelMap? = nil, plane: AnatomicalPlane, index: Int? = nil,
    window: ClosedRange<Float>? = nil, channel: Int = 0, pixelSize: Double? = nil
  ) throws(ImageError) -> Bitmap {
    if let overlay, let difference = image.grid.difference(from: overlay.grid) {
      throw ImageError("image and labels lie on different grids: \(difference)")
    }
    let axes = Axes(plane, image.affine)
    let index = index ?? bestIndex(of: image, overlay: overlay, plane: plane)
    guard (0..<image.size[axes.fixed]).contains(index), (0..<image.channels).contains(channel) else {
      throw ImageError(
        "slice \(index) of channel \(channel) does not exist: the image has \(image.size[axes.fixed]) "
          + "\(plane.rawValue) slices and \(image.channels) channels", cause: .usage)
    }
    let spacing = image.affine.spacing
    let (h, v) = (spacing[axes.horizontal], spacing[axes.vertical])
    var pixel = pixelSize ?? min(h, v)
    // No picture larger than 4096 pixels a side.
    let extent = max(Double(image.size[axes.horizontal]) * h, Double(image.size[axes.vertical]) * v)
    pixel = max(pixel, extent / 4096)
    guard pixel > 0, pixel.isFinite else { throw ImageError("the voxel spacing \(spacing) can't be drawn") }
    let width = max(1, Int((Double(image.size[axes.horizontal]) * h / pixel).rounded()))
    let height = max(1, Int((Double(image.size[axes.vertical]) * v / pixel).rounded()))
    let slice = Slice(axes: axes, index: index, width: width, height: height, size: image.size)
    return slice.draw(
      image.voxels, channel: channel, labels: overlay?.voxels,
      window: window ?? Self.window(of: image, channel: channel))
  }

  /// The slice with the most labeled voxels, or the middle one.
  public static func bestIndex(of image: ScalarImage, overlay: LabelMap?, plane: AnatomicalPlane) -> Int {
    let axis = Axes(plane, image.affine).fixed
    let middle = image.size[axis] / 2
    guard let overlay, overlay.size == image.size else { return middle }
    var counts = [Int](repeating: 0, count: image.size[axis])
    overlay.voxels.withUnsafeBuffer { labels in
      var at = 0
      for k in 0..<image.size.z {
        for j in 0..<image.size.y {
          for i in 0..<image.size.x {
            if labels[at] != 0 { counts[axis == 0 ? i : axis == 1 ? j : k] += 1 }
            at += 1
          }
        }
      }
    }
    guard let most = counts.max(), most > 0 else { return middle }
    // The middle of those that have nearly the most is a steadier choice than the first.
    let good = counts.indices.filter { counts[$0] * 10 >= most * 9 }
    return good[good.count / 2]
  }

  /// The range from the 1st to the 99.5th percentile of the finite voxels other than 0, which is most often
  /// background.
  public static func window(of image: ScalarImage, channel: Int = 0) -> ClosedRange<Float> {
    let ends = image.voxels.percentiles([1, 99.5], of: channel..<channel + 1, in: .nonzero).map { Float($0) }
    guard ends[0].isFinite, ends[1].isFinite else { return 0...1 }
    // All voxels alike: white on black.
    return ends[0] < ends[1] ? ends[0]...ends[1] : min(0, ends[0])...max(0, ends[0])
  }

  /// Which voxel axes a picture shows, and whether they run against its pixels.
  struct Axes {
    var fixed: Int
    var horizontal: Int
    var vertical: Int
    var flipsHorizontal: Bool
    var flipsVertical: Bool

    init(_ plane: AnatomicalPlane, _ affine: Affine) {
      let orientation = affine.orientation
      func voxelAxis(_ world: Int) -> Int { orientation.worldAxes.firstIndex(of: world) ?? world }
      let (x, y, z) = (voxelAxis(0), voxelAxis(1), voxelAxis(2))
      switch plane {
      case .axial: (horizontal, vertical, fixed) = (x, y, z)
      case .coronal: (horizontal, vertical, fixed) = (x, z, y)
      case .sagittal: (horizontal, vertical, fixed) = (y, z, x)
      }
      // Pixels run to the left, the back and the feet; voxels that run the other way are flipped.
      flipsHorizontal = orientation.isPositive[horizontal]
      flipsVertical = orientation.isPositive[vertical]
    }
  }
}

/// The pixels of one slice.
private struct Slice {
  var axes: SlicePicture.Axes
  var index: Int
  var width: Int
  var height: Int
  var size: GridSize

  /// The voxel position under the middle of pixel (x, y), along the two axes.
  private func position(_ x: Int, _ y: Int) -> (h: Double, v: Double) {
    let (across, down) = (Double(size[axes.horizontal]), Double(size[axes.vertical]))
    var h = (Double(x) + 0.5) / Double(width) * across - 0.5
    var v = (Double(y) + 0.5) / Double(height) * down - 0.5
    if axes.flipsHorizontal { h = across - 1 - h }
    if axes.flipsVertical { v = down - 1 - v }
    return (min(max(h, 0), across - 1), min(max(v, 0), down - 1))
  }

  private func voxel(_ h: Int, _ v: Int) -> GridIndex {
    var voxel = GridIndex.zero
    voxel[axes.fixed] = index
    voxel[axes.horizontal] = h
    voxel[axes.vertical] = v
    return voxel
  }

  func draw(
    _ image: VoxelBuffer<Float>, channel: Int, labels: VoxelBuffer<UInt16>?, window: ClosedRange<Float>
  ) -> Bitmap {
    var bitmap = Bitmap(width: width, height: height)
    let scale = 255 / max(window.upperBound - window.lowerBound, .leastNonzeroMagnitude)
    for y in 0..<height {
      for x in 0..<width {
        let (h, v) = position(x, y)
        let value = interpolate(image, channel, h, v)
        let gray = value.isNaN ? 0 : UInt8(min(255, max(0, (value - window.lowerBound) * scale)))
        var color = Bitmap.Color(gray, gray, gray)
        if let labels {
          let label = self.label(labels, x, y)
          if label > 0 {
            let isEdge = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].contains {
              $0.0 >= 0 && $0.0 < width && $0.1 >= 0 && $0.1 < height
                && self.label(labels, $0.0, $0.1) != label
            }
            color = color.mixed(with: LabelColors.color(of: label), opacity: isEdge ? 0.9 : 0.35)
          }
        }
        bitmap[x, y] = color
      }
    }
    return bitmap
  }

  private func label(_ labels: VoxelBuffer<UInt16>, _ x: Int, _ y: Int) -> UInt16 {
    let (h, v) = position(x, y)
    let at = voxel(Int(h.rounded()), Int(v.rounded()))
    return labels[0, at.x, at.y, at.z]
  }

  private func interpolate(_ image: VoxelBuffer<Float>, _ channel: Int, _ h: Double, _ v: Double) -> Float {
    let (h0, v0) = (Int(h), Int(v))
    let (h1, v1) = (min(h0 + 1, size[axes.horizontal] - 1), min(v0 + 1, size[axes.vertical] - 1))
    let (a, b) = (Float(h - Double(h0)), Float(v - Double(v0)))
    func at(_ h: Int, _ v: Int) -> Float {
      let p = voxel(h, v)
      return image[channel, p.x, p.y, p.z]
    }
    let top = at(h0, v0) + (at(h1, v0) - at(h0, v0)) * a
    let bottom = at(h0, v1) + (at(h1, v1) - at(h0, v1)) * a
    return top + (bottom - top) * b
  }
}
