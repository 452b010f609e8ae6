import Foundation
import MedImage
import MedTestSupport
import MedTransform
import MedVoxel
import Testing

@Suite struct PipelineTests {
  private let preparation = Pipeline {
    Spacing([1.5, 1.5, 1.5], orientation: .ras)
    ForegroundCrop(margin: [1, 1, 1])
    IntensityNormalization()
  }
  private let augmentation = Pipeline {
    Deformation(rotation: .uniform(-0.2...0.2), displacement: 1, controlSpacing: 8)
    Flip(probabilities: [0.5, 0, 0])
    Sometimes(0.5) {
      GaussianNoise(deviation: .uniform(0...0.1))
      Gamma(exponent: .uniform(0.7...1.5))
    }
    OneOf(weights: [1, 2]) {
      GaussianBlur(deviation: .uniform(0.5...1))
      LowResolution(factor: 2)
    }
  }

  @Test func replayGivesTheSameBits() throws {
    for seed in 0..<8 {
      let subject = rampSubject([12, 10, 9], affine: permutedAffine)
      var result = subject
      var stream = RandomStream(seed: UInt64(seed))
      var history = try preparation.apply(to: &result, using: &stream)
      history.steps += try augmentation.apply(to: &result, using: &stream).steps
      let data = try JSONEncoder.transforms.encode(history)
      var replayed = subject
      try JSONDecoder.transforms.decode(History.self, from: data).replay(on: &replayed)
      #expect(isIdentical(replayed, result))
    }
  }

  @Test func pipelinesAreData() throws {
    let data = try JSONEncoder.transforms.encode(augmentation)
    #expect(try JSONDecoder.transforms.decode(Pipeline.self, from: data) == augmentation)
    let unknown = Data(#"[{"name": "telepathy", "settings": {}}]"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder.transforms.decode(Pipeline.self, from: unknown) }
    let wrong = Data(#"[{"sometimes": 2, "steps": []}]"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder.transforms.decode(Pipeline.self, from: wrong) }
  }

  @Test func everyTransformHasAName() throws {
    #expect(TransformLibrary.standard.types.count == 22)
  }

  @Test func aPredictionComesBackToTheScansGrid() throws {
    let scan = rampSubject([14, 12, 10], affine: permutedAffine)
    var subject = scan
    var stream = RandomStream(seed: 1)
    let history = try preparation.apply(to: &subject, using: &stream)
    // What a network made out of the prepared image.
    var prediction = Subject()
    prediction["prediction"] = subject["label"]
    try history.invert(on: &prediction)
    let restored = try #require(prediction[labels: "prediction"])
    let original = try #require(scan[labels: "label"])
    #expect(restored.grid.difference(from: original.grid, tolerance: 1e-9) == nil)
    // Resampling to other voxels and back moves the classes' borders by a voxel here and there.
    let agreeing = zip(restored.voxels.elements, original.voxels.elements).count { $0 == $1 }
    #expect(Double(agreeing) > 0.5 * Double(original.voxels.count))
  }

  @Test func chances() throws {
    var counts = [0, 0, 0]
    let pipeline = Pipeline {
      Sometimes(0.25) { Brightness(offset: 1) }
      OneOf(weights: [1, 3]) {
        Brightness(offset: 10)
        Brightness(offset: 100)
      }
    }
    let image = ScalarImage(voxels: VoxelBuffer(size: [1, 1, 1]), affine: .identity)
    var stream = RandomStream(seed: 9)
    for _ in 0..<2000 {
      var subject = Subject(image: image)
      try pipeline.apply(to: &subject, using: &stream)
      let value = Int(subject[scalar: "image"]?.voxels[0, 0, 0, 0] ?? 0)
      counts[0] += value % 10
      counts[1] += value / 10 % 10
      counts[2] += value / 100
    }
    // Deviations are below 20; five of them.
    #expect(abs(counts[0] - 500) < 100 && abs(counts[1] - 500) < 100 && counts[1] + counts[2] == 2000)
  }

  @Test func drawsReadAndWrite() throws {
    let draws: [Draw] = [1.5, .uniform(0...2), .choice([1, 2]), .normal(mean: 0, deviation: 1)]
    let data = try JSONEncoder().encode(draws)
    #expect(try JSONDecoder().decode([Draw].self, from: data) == draws)
    for text in [#"[{"uniform": [2, 1]}]"#, #"[{"choice": []}]"#, #"[{"normal": [0, -1]}]"#, #"["x"]"#] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode([Draw].self, from: Data(text.utf8)) }
    }
  }

  @Test func memoryIsReused() throws {
    var subject = rampSubject([8, 8, 8], affine: .identity)
    let address = subject[scalar: "image"]?.voxels.sharedMemory.address
    var stream = RandomStream(seed: 1)
    try Pipeline([Brightness(factor: 2), GaussianNoise(deviation: 1)]).apply(to: &subject, using: &stream)
    #expect(subject[scalar: "image"]?.voxels.sharedMemory.address == address)
  }

  @Test func theContractFindsWhatIsBroken() throws {
    let subject = rampSubject([5, 4, 3], affine: obliqueAffine)
    let library = TransformLibrary.standard.adding(Careless.self)
    let complaints = try checkTransform(Careless(), on: subject, library: library)
    #expect(complaints.contains { $0.contains("places in the world") })
    #expect(complaints.contains { $0.contains("labels [40]") })
  }
}

/// Moves the grid and not the voxels, and makes up a label.
private struct Careless: Transform {
  struct Parameters: Codable, Hashable, Sendable {}
  static let name = "careless"
  static let effect = TransformEffect.geometry

  func parameters(for subject: Subject, using stream: inout RandomStream) -> Parameters { Parameters() }

  func apply(_ parameters: Parameters, to subject: inout Subject) {
    subject[scalar: "image"]?.affine.origin.x += 1
    subject[labels: "label"]?.voxels[0, 0, 0, 0] = 40
  }
}
