import DeepMedicine
import Foundation

/// The code of the guide to transforms.
enum TransformExamples {
  static func run() throws {
    let subject = try SampleData.subject()
    try prepareAndUndo(subject)
    try augment(subject)
    try store()
    try cutPatch(subject)
    try synthesize(SampleData.labels)
    _ = try Negation(probability: 0.5)(subject, seed: 3)
  }

  static func prepareAndUndo(_ original: Subject) throws {
    let prepare = Pipeline {
      Spacing([3, 3, 3], orientation: .ras)
      ForegroundCrop(source: "image", margin: [2, 2, 2])
      IntensityNormalization(region: .all)
    }
    var subject = original
    var stream = RandomStream(seed: 0)
    let history = try prepare.apply(to: &subject, using: &stream)

    // A network would predict here, on the grid that it sees.
    subject[labels: "prediction"] = subject[labels: "label"]
    try history.invert(on: &subject)
    print(subject[labels: "prediction"]?.grid == original["image"]?.grid)  // true
  }

  static func augment(_ original: Subject) throws {
    let augmentation = Pipeline {
      Flip(probabilities: [0.5, 0, 0])
      Sometimes(0.8) { Deformation(rotation: .uniform(-0.2...0.2), displacement: .uniform(0...3)) }
      OneOf {
        GaussianBlur(deviation: .uniform(0.5...1))
        LowResolution(factor: .uniform(1...2))
      }
      Sometimes(0.5) { GaussianNoise(deviation: .uniform(0...20)) }
    }
    var subject = original
    var stream = RandomStream(seed: 7).stream("augmentation").stream(42)
    let history = try augmentation.apply(to: &subject, using: &stream)

    var again = original
    try history.replay(on: &again)
    print(again == subject)  // true, bit for bit
  }

  static func store() throws {
    let pipeline = Pipeline {
      Sometimes(0.5) { Negation(probability: 0.5) }
    }
    let json = try JSONEncoder().encode(pipeline)

    let decoder = JSONDecoder()
    decoder.userInfo[.transformLibrary] = TransformLibrary.standard.adding(Negation.self)
    print(try decoder.decode(Pipeline.self, from: json) == pipeline)  // true
  }

  static func cutPatch(_ subject: Subject) throws {
    guard let labels = subject[labels: "label"] else { return }
    let sampler = PatchSampler(size: [32, 32, 32], balance: .foreground(probability: 0.5))
    let index = try ClassIndex(labels)  // once for each case
    var stream = RandomStream(seed: 7).stream("patches").stream(0)
    let box = sampler.box(in: index, using: &stream)
    let patch = try sampler.patch(at: box, of: subject)
    print(patch.names, describe(box.size))
  }

  static func synthesize(_ labels: LabelMap) throws {
    let atlas = try TissueAtlas(labels: labels, names: ["grey", "white"])
    let synthesis = TissueSynthesis(contrast: .t1, surroundings: .removed, spacing: [2, 2, 2])
    let subject = try synthesis.subject(0, from: atlas, seed: 1)  // “image” and “label”
    print(subject.names)
  }
}

/// Changes the sign of all voxels, by chance.
struct Negation: Transform {
  static var name: String { "negation" }
  static var effect: TransformEffect { .intensity }
  var probability: Double

  func parameters(
    for subject: Subject, using stream: inout RandomStream
  ) throws(TransformError) -> Bool {
    stream.bool(probability: probability)
  }

  func apply(_ isNegated: Bool, to subject: inout Subject) throws(TransformError) {
    guard isNegated else { return }
    subject.updateEach { _, image in
      guard case .scalar(var scan) = image else { return }
      scan.voxels.rescale(subtracting: 0, multiplyingBy: -1)
      image = .scalar(scan)
    }
  }
}
