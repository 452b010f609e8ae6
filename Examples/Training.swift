import DeepMedicine
import Foundation

/// The code of the guide to training and prediction.
enum TrainingExamples {
  static func run() throws {
    let store = ParameterStore(generator: try Generator(seed: 1))
    let network = try UNet(
      store.root,
      UNet.Configuration(inputChannels: 1, outputChannels: 3, channels: [4, 8], strides: [2]))
    try slide(network, over: SampleData.scan())
  }

  static func plan(_ dataset: URL, to file: URL) throws {
    let folder = try DatasetFolder(contentsOf: dataset)
    var wishes = Planner.Wishes()
    wishes.iterations = 500
    let plan = try Planner(wishes: wishes).plan(for: folder, fingerprint: Fingerprint(of: folder))
    for reason in plan.reasons { print(reason) }
    try plan.write(to: file)
  }

  static func train(_ planFile: URL, into run: URL) throws {
    let plan = try Plan(contentsOf: planFile)
    let training = try TrainingRun(plan: plan, folder: run, resumes: true, threads: 2)
    let outcome = try training(tell: { event in
      if case .step(let step) = event { print(step.iteration, step.loss) }
    })
    if case .interrupted(let iteration) = outcome { print("stopped after step", iteration) }
  }

  static func predict(_ scans: [String], with run: URL, to folder: URL) throws {
    let prediction = try Prediction(run: run, threads: 2)
    let cases = try ScanList.cases(scans, channels: prediction.plan.channelNames.count)
    let record = try prediction(cases, to: folder)
    for scan in record.scans { print(scan.output, scan.seconds) }
  }

  static func slide(_ network: some Network, over scan: ScalarImage) throws {
    let sliding = SlidingWindow(window: [32, 32, 32], overlap: [0.5, 0.5, 0.5])
    let logits = try inferring {
      try sliding(scan.voxels) { windows in try network(windows, .inference) }
    }
    print(logits.channels, "classes of", describe(logits.size))

    let labels = try inferring {
      try sliding.labels(of: scan.voxels, on: scan.size, scanToNetwork: .identity) { windows in
        try network(windows, .inference)
      }
    }
    print(labels.labelCounts().count, "classes occur")
  }
}
