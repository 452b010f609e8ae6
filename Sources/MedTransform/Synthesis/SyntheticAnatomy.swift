import MedImage
import MedVoxel

/// The tissues of one synthetic case: their shares of every voxel, and the image that follows from them.
struct SyntheticAnatomy {
  let size: GridSize
  private(set) var labels: VoxelBuffer<UInt16>
  private var shares: [VoxelBuffer<Float>]
  /// All tissues' shares together, at most 1.
  private var sum: VoxelBuffer<Float>
  /// 1 where the organ with its fluid is.
  private var organ: VoxelBuffer<UInt8>
  private let isStripped: Bool

  init(
    _ atlas: TissueAtlas, on target: Grid, deformedBy deformation: Deformation,
    surroundings: TissueSynthesis.Surroundings, using base: RandomStream
  ) throws(TransformError) {
    var stream = base
    let parameters = try deformation.parameters(onto: target, using: &stream)
    let displacement = parameters.elastic?.displacement(on: target)
    let map: Affine
    do {
      map = try atlas.grid.affine.inverse() * parameters.affine * target.affine
    } catch {
      throw TransformError(error, at: "the atlas")
    }
    func warped(_ source: VoxelBuffer<Float>) throws(TransformError) -> VoxelBuffer<Float> {
      do {
        return try source.resampled(
          to: target.size, by: map, interpolation: .linear, boundary: .zeros, displacement: displacement)
      } catch {
        throw TransformError(error, at: "the atlas")
      }
    }
    size = target.size
    shares = []
    for tissue in atlas.tissues.indices { shares.append(try warped(atlas.map(of: tissue))) }
    (labels, sum) = SyntheticAnatomy.strongest(shares, labels: atlas.tissues.map(\.label))

    // Skull stripping cuts tightly, at the tissues' own edge, or leaves fluid around them and inside.
    isStripped =
      switch surroundings {
      case .removed: true
      case .dark: false
      case .mixed: stream.bool(probability: 0.75)
      }
    let isTight = stream.bool(probability: 0.5)
    let tight = Float(stream.uniform(in: 0.02...0.3))
    let generous = Float(stream.uniform(in: 0.2...0.45))
    if let mask = atlas.mask {
      organ = SyntheticAnatomy.where(try warped(mask), exceeds: 0.5, or: sum)
    } else if isTight {
      organ = SyntheticAnatomy.where(sum, exceeds: tight, or: sum)
    } else {
      // Smoothing by 5 mm fills sulci and ventricles.
      let smooth = sum.smoothed(deviation: 5 / target.spacing, boundary: .zeros)
      organ = SyntheticAnatomy.where(smooth, exceeds: generous, or: sum)
    }
  }

  /// The label of the largest share, the rest's included (ties go to the rest, then to the first tissue), and
  /// the sum of the tissues' shares.
  static func strongest(
    _ shares: [VoxelBuffer<Float>], labels: [UInt16]
  ) -> (VoxelBuffer<UInt16>, VoxelBuffer<Float>) {
    var largest = VoxelBuffer<Float>(size: shares[0].size)
    var result = VoxelBuffer<UInt16>(size: shares[0].size)
    var sum = VoxelBuffer<Float>(size: shares[0].size)
    sum.withUnsafeMutableBuffer { sum in
      largest.withUnsafeMutableBuffer { largest in
        result.withUnsafeMutableBuffer { result in
          for (map, label) in zip(shares, labels) {
            map.withUnsafeBuffer { map in
              for offset in 0..<map.count {
                let share = map[offset]
                sum[offset] += share
                if share > largest[offset] {
                  largest[offset] = share
                  result[offset] = label
                }
              }
            }
          }
          for offset in 0..<sum.count {
            if 1 - sum[offset] >= largest[offset] { result[offset] = 0 }
            sum[offset] = min(sum[offset], 1)
          }
        }
      }
    }
    return (result, sum)
  }

  private static func `where`(
    _ evidence: VoxelBuffer<Float>, exceeds threshold: Float, or sum: VoxelBuffer<Float>
  ) -> VoxelBuffer<UInt8> {
    VoxelBuffer(size: sum.size) { result in
      evidence.withUnsafeBuffer { evidence in
        sum.withUnsafeBuffer { sum in
          for offset in 0..<sum.count {
            result[offset] = evidence[offset] > threshold || sum[offset] > 0.5 ? 1 : 0
          }
        }
      }
    }
  }

  /// Intensities near 1: the tissues' means, each changing slowly over the organ, mixed by their shares; the
  /// rest is fluid inside the organ and nearly nothing outside.
  /// - Parameter means: of fluid, then of each tissue.
  func mixed(_ means: [Double], using base: RandomStream) -> VoxelBuffer<Float> {
    var stream = base
    let texture = stream.uniform(in: 0.01...0.05)
    let variety = stream.uniform(in: 0...0.06)
    let fluid = Float(means[0])
    let air = Float(stream.uniform(in: 0...0.05))
    var image = VoxelBuffer<Float>(size: size) { image in
      sum.withUnsafeBuffer { sum in
        organ.withUnsafeBuffer { organ in
          for offset in 0..<sum.count {
            image[offset] = (1 - sum[offset]) * (organ[offset] == 1 ? fluid : air)
          }
        }
      }
    }
    for (tissue, share) in shares.enumerated() {
      let field = slowField(deviation: variety, using: stream.stream(tissue))
      let mean = Float(means[tissue + 1])
      image.withUnsafeMutableBuffer { image in
        share.withUnsafeBuffer { share in
          field.withUnsafeBuffer { field in
            for offset in 0..<share.count { image[offset] += share[offset] * mean * (1 + field[offset]) }
          }
        }
      }
    }
    image.addNormalNoise(deviation: Float(texture), from: stream.stream("texture"))
    return image
  }

  /// Smooth, from 8 control points along each axis with the given deviation.
  private func slowField(deviation: Double, using base: RandomStream) -> VoxelBuffer<Float> {
    var stream = base
    let points = GridSize(8, 8, 8)
    let values = VoxelBuffer<Float>(
      size: points, elements: (0..<points.voxelCount).map { _ in Float(deviation * stream.normal()) })
    return values.stretched(to: size)
  }

  /// Makes whole numbers near 1000, and removes the surroundings where they are to be removed.
  func finish(_ image: inout VoxelBuffer<Float>) {
    image.withUnsafeMutableBuffer { image in
      organ.withUnsafeBuffer { organ in
        for offset in 0..<image.count {
          let value = (image[offset] * 1000).rounded()
          image[offset] = organ[offset] == 1 ? max(1, value) : isStripped ? 0 : max(0, value)
        }
      }
    }
  }
}

extension VoxelBuffer where Element == Float {
  /// Values at coarse points, carried over the whole of a finer grid by a cubic spline through them: the first
  /// and the last point lie on the first and the last voxel.
  func stretched(to size: GridSize) -> VoxelBuffer<Float> {
    var scale = SIMD3<Double>.zero
    for axis in 0..<3 { scale[axis] = Double(self.size[axis] - 1) / Double(Swift.max(size[axis] - 1, 1)) }
    let map = Affine(spacing: scale)
    return (try? resampled(to: size, by: map, interpolation: .cubic, boundary: .mirror))
      ?? VoxelBuffer(channels: channels, size: size)
  }
}
