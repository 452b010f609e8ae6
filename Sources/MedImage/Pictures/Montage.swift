import MedVoxel

extension SlicePicture {
  /// Several slices of the three planes: a row a plane (all in one row where `columns` is 1), in
  /// radiological convention.
  ///
  /// - Parameters:
  ///   - columns: Slices of each plane, evenly spread over the middle four fifths of the image, or of the labels
  ///     where there are any.
  ///   - height: The height of a slice in pixels, at most.
  /// - Throws: `ImageError` as `picture` does.
  public static func montage(
    of image: ScalarImage, overlay: LabelMap? = nil, planes: [AnatomicalPlane] = AnatomicalPlane.allCases,
    columns: Int = 4, window: ClosedRange<Float>? = nil, channel: Int = 0, height: Int = 256
  ) throws(ImageError) -> Bitmap {
    guard (0..<image.channels).contains(channel) else {
      throw ImageError("channel \(channel) does not exist: the image has \(image.channels)", cause: .usage)
    }
    let window = window ?? Self.window(of: image, channel: channel)
    var rows: [[Bitmap]] = []
    let extent = (0..<3).map { Double(image.size[$0]) * image.affine.spacing[$0] }.max() ?? 1
    let pixel = extent / Double(max(height, 1))
    for plane in planes {
      var row: [Bitmap] = []
      for index in indices(of: image, overlay: overlay, plane: plane, count: columns) {
        row.append(
          try picture(
            of: image, overlay: overlay, plane: plane, index: index, window: window, channel: channel,
            pixelSize: pixel))
      }
      rows.append(row)
    }
    if columns == 1 { rows = [Array(rows.joined())] }
    let gap = 4
    let cell = rows.joined().map(\.width).max() ?? 0
    let heights = rows.map { $0.map(\.height).max() ?? 0 }
    let count = rows.map(\.count).max() ?? 0
    var result = Bitmap(
      width: count * cell + max(count - 1, 0) * gap,
      height: heights.reduce(0, +) + max(rows.count - 1, 0) * gap)
    var y = 0
    for (row, height) in zip(rows, heights) {
      for (column, picture) in row.enumerated() {
        result.draw(
          picture, x: column * (cell + gap) + (cell - picture.width) / 2, y: y + (height - picture.height) / 2
        )
      }
      y += height + gap
    }
    return result
  }

  /// Slices evenly spread; one slice is the best one.
  static func indices(
    of image: ScalarImage, overlay: LabelMap?, plane: AnatomicalPlane, count: Int
  ) -> [Int] {
    let axis = Axes(plane, image.affine).fixed
    let size = image.size[axis]
    guard count > 1, size > 1 else { return [bestIndex(of: image, overlay: overlay, plane: plane)] }
    let span = labeledRange(overlay, axis) ?? (size / 10)...(size - 1 - size / 10)
    var indices: [Int] = []
    for step in 0..<min(count, span.count) {
      let fraction = (Double(step) + 0.5) / Double(min(count, span.count))
      indices.append(span.lowerBound + Int(fraction * Double(span.count)))
    }
    return indices
  }

  private static func labeledRange(_ overlay: LabelMap?, _ axis: Int) -> ClosedRange<Int>? {
    guard let overlay else { return nil }
    var (low, high) = (Int.max, -1)
    let size = overlay.size
    overlay.voxels.withUnsafeBuffer { labels in
      var at = 0
      for k in 0..<size.z {
        for j in 0..<size.y {
          for i in 0..<size.x {
            if labels[at] != 0 {
              let position = axis == 0 ? i : axis == 1 ? j : k
              (low, high) = (min(low, position), max(high, position))
            }
            at += 1
          }
        }
      }
    }
    return high >= low ? low...high : nil
  }
}
