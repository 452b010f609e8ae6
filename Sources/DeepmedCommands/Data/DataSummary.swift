public import ArgumentParser
import Foundation
import MedDataset
import MedVoxel

extension Deepmed.DataCommand {
  /// Sums a data set up.
  public struct Summary: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Counts of cases, groups, splits, classes, images and values.")

    @OptionGroup public var source: Source

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      let dataset = try source.open()
      let summary = DatasetSummary(dataset)
      if json {
        print(try Deepmed.CatalogCommand.json(summary))
        return
      }
      func counts(_ values: [DatasetSummary.Count]) -> String {
        values.map { "\($0.value) \($0.count)" }.joined(separator: ", ")
      }
      print("\(summary.id): \(summary.cases) cases of \(summary.groups) \(dataset.form.group)s")
      if !summary.splits.isEmpty { print("split: \(counts(summary.splits))") }
      if !summary.classes.isEmpty { print("\(dataset.form.target ?? "classes"): \(counts(summary.classes))") }
      for image in summary.images {
        let size = image.medianSize.map { $0.map { String(Int($0)) }.joined(separator: "×") + " voxels" }
        let spacing = image.medianSpacing.map { $0.map(rounded).joined(separator: "×") + " mm" }
        let middle = [size, spacing].compactMap { $0 }.joined(separator: ", ")
        print("\(image.name): \(image.count) images" + (middle.isEmpty ? "" : ", median \(middle)"))
      }
      for field in summary.fields {
        var text = "\(field.name): "
        if let minimum = field.minimum, let maximum = field.maximum, let mean = field.mean {
          text += "\(rounded(minimum)) to \(rounded(maximum)), mean \(rounded(mean))"
        } else if let values = field.values {
          text += counts(Array(values.prefix(6))) + (values.count > 6 ? ", …" : "")
        } else {
          text += "\(field.distinct) different values"
        }
        print(text + (field.missing > 0 ? ", \(field.missing) missing" : ""))
      }
      Deepmed.DataCommand.warn(dataset, root: source.root)
    }
  }
}
