public import MedVoxel

/// Where outlines of a mask run.
public enum OutlineStyle: String, Codable, Sendable, CaseIterable {
  /// Along the edges of pixels; the area is the number of pixels.
  case pixelEdges
  /// Halfway between the centers within and those outside, cutting corners, as marching squares at 0.5 have it.
  case midpoints
}

extension LabelMap {
  /// The outlines of each label's connected pieces on each slice across the third axis.
  ///
  /// One contour a piece, with its holes, in the order of slices and of the pieces' first pixels. Outlines have positive
  /// area in (column, row), holes negative. Filled again by either rule they give the label map back, bit for bit.
  ///
  /// - Parameters:
  ///   - connectivity: whether pixels that meet at a corner belong to one piece (`corners`).
  ///   - names: of the labels' classes; others are called by their numbers.
  /// - Returns: Pixels, (0, 0) the center of the first, on slices named by their index.
  /// - Complexity: O(voxels + length of outlines), slices in parallel.
  public func contours(
    _ style: OutlineStyle = .pixelEdges, connectivity: Connectivity = .faces, names: [UInt16: String] = [:]
  ) -> ContourSet {
    let plane = size.x * size.y
    let slices = Parallel.map(size.z) { k in
      let slice = VoxelBuffer<UInt16>(size: [size.x, size.y, 1]) { target in
        voxels.withUnsafeBuffer { source in
          _ = target.update(fromContentsOf: source[k * plane..<(k + 1) * plane])
        }
      }
      return Self.pieces(slice, k, style, connectivity)
    }
    var objects = 0
    let contours = slices.joined().map { piece in
      objects += 1
      return Contour(
        piece.rings[0], label: names[piece.label] ?? "\(piece.label)", holes: Array(piece.rings.dropFirst()),
        object: objects, slice: SliceReference(index: piece.slice))
    }
    let labels = Set(slices.joined().map(\.label)).sorted()
    return ContourSet(
      contours, frame: .pixels(.centers),
      classes: labels.map { AnnotationClass(names[$0] ?? "\($0)", number: $0) })
  }

  private struct Piece: Sendable {
    var label: UInt16
    var slice: Int
    var rings: [[SIMD3<Double>]]
  }

  private static func pieces(
    _ slice: VoxelBuffer<UInt16>, _ k: Int, _ style: OutlineStyle, _ connectivity: Connectivity
  ) -> [Piece] {
    let components = slice.connectedComponents(connectivity)
    return components.map.withUnsafeBuffer { map in
      components.components.map { component in
        let (low, size) = (component.box.lower, component.box.size)
        var tracer = OutlineTracer(
          width: size.x, height: size.y,
          // A piece that closes around a hole at a corner is a ring with a hole, not one that touches itself.
          joinsCorners: connectivity != .faces || style == .pixelEdges,
          holds: { x, y in map[low.x + x + slice.size.x * (low.y + y)] == UInt32(component.number) })
        let rings = tracer.rings().map { ring in
          Self.points(ring, style, offset: SIMD2(Double(low.x), Double(low.y)))
        }
        return Piece(label: component.label, slice: k, rings: rings)
      }
    }
  }

  private static func points(
    _ ring: [(corner: SIMD2<Int>, direction: Int)], _ style: OutlineStyle, offset: SIMD2<Double>
  ) -> [SIMD3<Double>] {
    let halves: [SIMD2<Double>] = [[0.5, 0], [0, 0.5], [-0.5, 0], [0, -0.5]]
    let all = ring.map { corner, direction in
      SIMD2<Double>(corner) + offset - 0.5 + (style == .midpoints ? halves[direction] : .zero)
    }
    // Only where the way turns; all numbers are halves, so that this is exact.
    return all.indices.compactMap { index in
      let (before, here) = (all[(index + all.count - 1) % all.count], all[index])
      let (a, b) = (here - before, all[(index + 1) % all.count] - here)
      return a.x * b.y == a.y * b.x ? nil : SIMD3(here.x, here.y, 0)
    }
  }
}
