import DeepMedicine
import Foundation

/// Our side of each work, with the settings of `peers/peer.py`.
enum Works {
  static let all: [(name: String, body: @Sendable (URL) throws -> Void)] = [
    ("start", start), ("read", read), ("dicom", dicom), ("formats", FormatWorks.run),
    ("preprocess", preprocess), ("augment", augment), ("metrics", metrics),
    ("unet forward", forward), ("unet training", train), ("sliding", slide),
    ("predict", predict),
  ]

  private static let window = GridSize(96, 96, 96)
  private static let classes = 4

  static func read(_ folder: URL) throws {
    for ending in ["nii.gz", "nii"] {
      let url = folder.appending(path: "head.\(ending)")
      try measure("read \(ending)") { _ = try ScalarImage(contentsOf: url) }
    }
  }

  /// A folder of slices, with and without finding out which files belong together.
  static func dicom(_ folder: URL) throws {
    let folder = folder.appending(path: "dicom")
    try measure("dicom series found and read") { _ = try ImageFile.read(folder) }
    try measure("dicom series found and read, to float") { _ = try ScalarImage(contentsOf: folder) }
    guard let series = try DICOM.series(in: folder).first else { return }
    try measure("dicom series read") { _ = try DICOM.open(series).stored() }
  }

  /// To RAS, to 1 mm, zero mean and unit deviation over nonzero voxels, cropped to them.
  static func preprocess(_ folder: URL) throws {
    let subject = Subject(image: try ScalarImage(contentsOf: folder.appending(path: "head.nii")))
    // Cropping to what is not zero comes before normalizing: the same box, found in the raw values.
    let pipeline = Pipeline {
      Spacing([1, 1, 1], orientation: .ras)
      ForegroundCrop()
      IntensityNormalization(region: .nonzero)
    }
    try measure("preprocess") { _ = try pipeline(subject) }
  }

  static func augment(_ folder: URL) throws {
    let subject = Subject(image: try ScalarImage(contentsOf: folder.appending(path: "head.nii")))
    let affine = Deformation(
      rotation: .uniform(-0.26...0.26), scale: .uniform(0.9...1.1), translation: .uniform(-10...10),
      boundary: .zeros)
    try measure("augment affine") { _ = try affine(subject, seed: 1) }
    var elastic = affine
    elastic.displacement = 5
    try measure("augment elastic") { _ = try elastic(subject, seed: 1) }
  }

  /// Three classes: Dice, Hausdorff 95, average surface distance and surface Dice, in one call.
  static func metrics(_ folder: URL) throws {
    let prediction = try LabelMap(contentsOf: folder.appending(path: "prediction.nii.gz"))
    let truth = try LabelMap(contentsOf: folder.appending(path: "truth.nii.gz"))
    try measure("metrics together") {
      _ = try SegmentationMeasures(toleranceInMillimeters: 1).scores(
        of: prediction.voxels, against: truth.voxels, spacing: [1, 1, 1])
    }
  }

  private static func network(_ generator: Generator) throws -> (UNet, ParameterStore) {
    let store = ParameterStore(generator: generator)
    let configuration = UNet.Configuration(
      inputChannels: 1, outputChannels: classes, channels: [16, 32, 64, 128, 256], strides: [2, 2, 2, 2],
      residualUnits: 2)
    return (try UNet(store.root, configuration), store)
  }

  static func forward(_ folder: URL) throws {
    let generator = try Generator(seed: 1)
    let (unet, _) = try network(generator)
    let x = try Tensor.normal([2, 1, 96, 96, 96], using: generator)
    try inferring {
      try measure("unet forward") { _ = try unet(x, .inference) }
      try withPrecision(.bfloat16) { try measure("unet forward, bfloat16") { _ = try unet(x, .inference) } }
    }
  }

  /// Forward, Dice plus cross entropy, backward, one step of SGD with Nesterov momentum.
  static func train(_ folder: URL) throws {
    let generator = try Generator(seed: 1)
    let (unet, store) = try network(generator)
    let loss = try DiceCrossEntropyLoss(dice: DiceLoss(takesClasses: true, activation: .softmax))
    let x = try Tensor.normal([2, 1, 96, 96, 96], using: generator)
    let y = try Tensor.uniform([2, 1, 96, 96, 96], low: 0, high: Double(classes), using: generator).to(.uint8)
    let optimizer = try GradientDescent(store, .init(momentum: 0.99, nesterov: true, decay: 3e-5))
    for precision in [Precision.full, .bfloat16] {
      try measure(precision == .full ? "unet training step" : "unet training step, bfloat16") {
        try store.clearGradients()
        let prediction = try withPrecision(precision) { try unet(x, .training(generator)) }
        try loss(prediction.to(.float32), y).backward()
        try optimizer.step(rate: 0.01)
      }
    }
  }

  private static let sliding = SlidingWindow(
    window: window, overlap: SIMD3(repeating: 0.5), weighting: .gaussian(deviation: 0.125), batchSize: 2)

  static func slide(_ folder: URL) throws {
    let (unet, _) = try network(Generator(seed: 1))
    let volume = VoxelBuffer<Float>(size: [160, 192, 160], normalNoise: RandomStream(seed: 1))
    try inferring {
      try measure("sliding window", runs: 3) { _ = try sliding(volume) { try unet($0, .inference) } }
    }
  }

  static func start(_ folder: URL) throws {
    try measure("start", runs: 20) { try spawn(program("deepmed"), ["--version"]) }
    // A scan of 64³ voxels: the header, the voxels and their statistics.
    let scan = folder.appending(path: "small.nii.gz")
    try ScalarImage(
      voxels: VoxelBuffer(size: [64, 64, 64], normalNoise: RandomStream(seed: 1)), affine: .identity
    )
    .write(to: scan)
    try measure("start of image info", runs: 20) {
      try spawn(program("deepmed"), ["image", "info", scan.path])
    }
    try spawn(program("deepmed"), ["catalog", "search", "lung"])
    try measure("start of catalog search", runs: 20) {
      try spawn(program("deepmed"), ["catalog", "search", "kidney", "tumor", "CT", "segmentation"])
    }
  }

  /// The whole job in a process of its own; its time and the most memory it held.
  static func predict(_ folder: URL) throws {
    var peak = 0.0
    let program = URL(filePath: CommandLine.arguments[0])
    try measure("predict", runs: 3) {
      let text = try spawn(program, ["predict-once", folder.path])
      peak = max(peak, Double(text.split(separator: "\n").last ?? "") ?? 0)
    }
    emit(Measurement(work: "predict memory", unit: "MB", best: peak, median: peak, runs: 3))
  }

  /// Reads the scan, prepares it, slides the network over it, brings the classes back to the scan's grid, saves.
  static func predictOnce(_ folder: URL) throws {
    let (unet, _) = try network(Generator(seed: 1))
    let preprocessor = Preprocessor(
      Plan.Preprocessing(
        orientation: .ras, spacing: [1, 1, 1], normalization: [.standardize(nonzero: true)],
        cropsToNonzero: true))
    let prepared = try preprocessor.prepare(
      Subject(image: ScalarImage(contentsOf: folder.appending(path: "head.nii.gz"))))
    guard let image = prepared.subject[scalar: "image"] else { return }
    let labels = try inferring {
      try sliding.labels(of: image.voxels, on: prepared.scan.size, scanToNetwork: prepared.scanToNetwork()) {
        try unet($0, .inference)
      }
    }
    let output = folder.appending(path: "predicted-\(ProcessInfo.processInfo.processIdentifier).nii.gz")
    try LabelMap(voxels: labels, affine: prepared.scan.affine).write(to: output)
    try FileManager.default.removeItem(at: output)
    print(Double(peakMemoryBytes() ?? 0) / 1_048_576)
  }

  /// The release build of a program of the package itself.
  private static func program(_ name: String) -> URL {
    URL(filePath: #filePath).appending(path: "../../../../.build/release/\(name)").standardizedFileURL
  }
}
