import MedImage
import MedTestSupport
import MedTransform
import MedVoxel
import Testing

@Suite struct GeometryTests {
  private func forAll(_ body: (Subject) throws -> [String]) throws {
    for size in awkwardSizes {
      for affine in testAffines {
        let complaints = try body(rampSubject(size, affine: affine))
        #expect(complaints == [])
      }
    }
  }

  @Test func reorientation() throws {
    for code in ["RAS", "LPS", "PIR", "SAL"] {
      let transform = Reorientation(to: try Orientation(code))
      try forAll { subject in
        let result = try transform(subject)
        #expect(result[scalar: "image"]?.grid.orientation.description == code)
        return try checkTransform(transform, on: subject, inverse: .exact)
      }
    }
  }

  @Test func flip() throws {
    try forAll { try checkTransform(Flip(axes: [0, 2]), on: $0, inverse: .exact) }
    try forAll { try checkTransform(Flip(probabilities: [0.5, 0.5, 0.5]), on: $0, inverse: .exact) }
    let subject = rampSubject([3, 1, 1], affine: .identity, channels: 1)
    let flipped = try Flip(axes: [0])(subject)
    #expect(flipped[scalar: "image"]?.voxels.elements == subject[scalar: "image"]?.voxels.elements.reversed())
  }

  @Test func spacing() throws {
    try forAll {
      try checkTransform(Spacing([0.7, 1.9, 1.3]), on: $0, inverse: .resampled(tolerance: 1e-3))
    }
    try forAll {
      let transform = Spacing([1.4, 0, 1.7], orientation: .ras)
      return try checkTransform(transform, on: $0, inverse: .resampled(tolerance: 1e-3))
    }
    try forAll {
      try checkTransform(Spacing([1.1, 1.2, 1.3], axes: .world), on: $0)
    }
    try forAll {
      try checkTransform(Spacing([1.1, 1.2, 1.3], extent: .voxelFaces), on: $0)
    }
  }

  @Test func spacingCountsVoxelsFromCenterToCenter() throws {
    // 11 voxels of 1 mm span 10 mm: at 2 mm, 6; 12 span 11 mm: 6.5 → 6 (half to even).
    let subject = rampSubject([11, 12, 1], affine: .identity)
    let result = try Spacing([2, 2, 2])(subject)
    #expect(result[scalar: "image"]?.size == [6, 6, 1])
    // Within a thousandth nothing is resampled.
    #expect(try Spacing([1.0005, 1, 1])(subject) == subject)
  }

  @Test func spacingReorientsInTheSamePass() throws {
    let subject = rampSubject([9, 8, 7], affine: permutedAffine)
    let once = try Spacing([1, 1, 1], orientation: .ras)(subject)
    let twice = try Spacing([1, 1, 1])(Reorientation(to: .ras)(subject))
    #expect(once["label"] == twice["label"])
    let (a, b) = (try #require(once[scalar: "image"]), try #require(twice[scalar: "image"]))
    #expect(a.grid.difference(from: b.grid, tolerance: 1e-9) == nil)
    // Both interpolate the same eight voxels; the order of the sums differs.
    #expect(zip(a.voxels.elements, b.voxels.elements).allSatisfy { abs($0 - $1) <= 1e-5 })
  }

  @Test func resamplingToAnotherImagesGrid() throws {
    var subject = rampSubject([9, 8, 7], affine: obliqueAffine)
    let other = rampSubject([12, 10, 9], affine: Affine(spacing: [1, 1, 1], origin: [-12, 7, 31]))
    subject["reference"] = other["image"]
    let transform = Resampling(to: .image(named: "reference"), boundary: .border)
    let result = try transform(subject)
    #expect(result[labels: "label"]?.grid == other[scalar: "image"]?.grid)
    #expect(try checkTransform(transform, on: subject) == [])
    #expect(throws: TransformError.self) { try Resampling(to: .image(named: "absent"))(subject) }
  }

  @Test func cropsAndPads() throws {
    let box = GridBox(lower: [-1, 1, 0], upper: [4, 3, 2])
    try forAll { try checkTransform(Crop(box), on: $0, inverse: .cropped) }
    try forAll { try checkTransform(CenterCrop(to: [3, 3, 0]), on: $0, inverse: .cropped) }
    try forAll { try checkTransform(SpatialPad(to: [8, 8, 8]), on: $0, inverse: .exact) }
    try forAll {
      let transform = SpatialPad(to: [8, 8, 8], side: .end, boundary: .border)
      return try checkTransform(transform, on: $0, inverse: .exact)
    }
    let padded = try SpatialPad(to: [6, 0, 0])(rampSubject([3, 1, 1], affine: .identity, channels: 1))
    // Three voxels short: one before, two after.
    #expect(padded[scalar: "image"]?.voxels.elements == [0, 5, 5.1, 5.2, 0, 0])
    #expect(padded[scalar: "image"]?.affine.origin == [-1, 0, 0])
  }

  @Test func deformation() throws {
    let affine = Deformation(
      rotation: .uniform(-0.3...0.3), scale: .uniform(0.8...1.2), stretch: .uniform(0.9...1.1),
      shear: .uniform(-0.1...0.1), translation: .uniform(-2...2))
    try forAll {
      try checkTransform(affine, on: $0, inverse: .none)
    }
    let small = Deformation(rotation: .fixed(0.02), scale: 1.02, translation: .fixed(0.2))
    let subject = rampSubject([17, 15, 12], affine: obliqueAffine)
    #expect(try checkTransform(small, on: subject, inverse: .resampled(tolerance: 1e-3)) == [])
    let elastic = Deformation(displacement: 2, controlSpacing: 6)
    try forAll { try checkTransform(elastic, on: $0, keepsWorld: false) }
    #expect(try elastic(subject)["image"] != subject["image"])
    #expect(try Deformation()(subject)["label"] == subject["label"])
  }

  @Test func elasticDeformationsHaveNoInverse() throws {
    var subject = rampSubject([9, 8, 7], affine: obliqueAffine)
    var stream = RandomStream(seed: 1)
    let history = try Pipeline([Deformation(displacement: 1)]).apply(to: &subject, using: &stream)
    #expect(throws: TransformError.self) { try history.invert(on: &subject) }
  }

  @Test func refusals() throws {
    let flat = Affine(i: [1, 0, 0], j: [0, 0, 0], k: [0, 0, 1])
    let singular = rampSubject([4, 4, 4], affine: flat)
    #expect(throws: TransformError.self) { try Spacing([1, 1, 1])(singular) }
    #expect(throws: TransformError.self) { try Deformation(scale: 1.1)(singular) }
    // Moving voxels needs no inverse.
    #expect(try Crop(GridBox(size: [2, 2, 2]))(singular)[scalar: "image"]?.size == [2, 2, 2])
    let subject = rampSubject([4, 4, 4], affine: .identity)
    #expect(throws: TransformError.self) { try Spacing([1e-5, 1, 1])(subject) }
    #expect(throws: TransformError.self) { try Spacing([.nan, 1, 1])(subject) }
    #expect(throws: TransformError.self) { try Deformation(scale: 0)(subject) }
    #expect(throws: TransformError.self) { try SpatialPad(to: [1 << 40, 1, 1])(subject) }
    let empty = Subject(image: ScalarImage(voxels: VoxelBuffer(size: .zero), affine: .identity))
    #expect(throws: TransformError.self) { try Spacing([2, 2, 2])(empty) }
    #expect(
      try SpatialPad(to: [2, 2, 2])(empty)[scalar: "image"]?.voxels.elements == Array(repeating: 0, count: 8))
    var mixed = subject
    mixed["other"] = rampSubject([5, 5, 5], affine: .identity)["image"]
    #expect(throws: TransformError.self) { try CenterCrop(to: [2, 2, 2])(mixed) }
    #expect(throws: TransformError.self) { try Flip(axes: [0])(Subject()) }
  }
}
