public import MedImage
public import MedVoxel

/// Linear in the world, so that linear interpolation is exact: channel `c` has `(1 + c) · (x + 2y − z) / 10 + 5`.
public func ramp(_ world: WorldPoint, channel: Int = 0) -> Double {
  Double(1 + channel) * (world.x + 2 * world.y - world.z) / 10 + 5
}

/// Turned about two axes, anisotropic, with a shifted origin.
public let obliqueAffine = Affine(
  i: [1.1, 0.2, 0.1], j: [-0.15, 0.9, 0.25], k: [0.1, -0.3, 2.0], origin: [-12, 7, 31])
/// Axes to the left, down and backward.
public let permutedAffine = Affine(
  i: [-0.8, 0, 0], j: [0, 0, -1.2], k: [0, -2.5, 0], origin: [40, 20, 10])

public let testAffines = [Affine(spacing: [1, 1.5, 2]), permutedAffine, obliqueAffine]

/// A ramp and a label map of the classes 0, 1, 2 and 7 in blocks, on one grid.
public func rampSubject(_ size: GridSize, affine: Affine, channels: Int = 2) -> Subject {
  var image = VoxelBuffer<Float>(channels: channels, size: size)
  var labels = VoxelBuffer<UInt16>(size: size)
  for k in 0..<size.z {
    for j in 0..<size.y {
      for i in 0..<size.x {
        let world = affine([Double(i), Double(j), Double(k)])
        for c in 0..<channels { image[c, i, j, k] = Float(ramp(world, channel: c)) }
        labels[0, i, j, k] = [0, 1, 2, 7][(i / 2 + j / 3 + k / 2) % 4]
      }
    }
  }
  return Subject(
    image: ScalarImage(voxels: image, affine: affine), labels: LabelMap(voxels: labels, affine: affine))
}
