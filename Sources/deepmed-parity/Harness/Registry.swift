import Foundation

/// Runs one case through the public API.
typealias Runner = @Sendable (Case) throws -> [Output]

/// The runners of one family of vectors.
protocol CaseRunners {
  /// The folders below which they apply, such as `monai/metrics`; empty for any.
  static var family: String { get }
  /// By the reference's class or function name.
  static var classes: [String: Runner] { get }
}

/// Every family of runners.
var allRunners: [any CaseRunners.Type] {
  [
    ArrayRunners.self,
    BlockRunners.self,
    FormatRunners.self,
    InfererRunners.self,
    LossRunners.self,
    MedicalNetDataRunners.self,
    MedicalNetRunners.self,
    MetricRunners.self,
    NetworkRunners.self,
    TorchIORunners.self,
    TransformRunners.self,
    InverseRunners.self,
  ]
}

struct Registry {
  private let families: [(components: [String], classes: [String: Runner])]

  init(_ types: [any CaseRunners.Type] = allRunners) {
    families = types.map { ($0.family.split(separator: "/").map(String.init), $0.classes) }
      .sorted { $0.0.count > $1.0.count }
  }

  var classNames: [String] { Set(families.flatMap(\.classes.keys)).sorted() }

  /// The runner of the family whose name stands in the folder's path, else of any family that has the class.
  func runner(for className: String, in folder: URL) -> Runner? {
    let path = folder.pathComponents
    let having = families.filter { $0.classes[className] != nil }
    let near = having.first { family in
      let count = family.components.count
      return count == 0
        || (0...max(0, path.count - count)).contains {
          path[$0...].prefix(count).elementsEqual(family.components)
        }
    }
    return (near ?? having.first)?.classes[className]
  }
}
