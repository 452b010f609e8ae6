import DeepMedicine
import Foundation

enum CatalogExamples {
  static func run(in folder: URL) throws {
    let index = try CatalogIndex.bundled(support: .toolkit)
    let hits = try index.search("kidney tumor CT segmentation", limit: 3).hits
    print(hits.map(\.id))

    let filter = try CatalogFilter(
      [.modality: ["MR"], .bodyPart: ["brain"]], vocabulary: index.vocabulary())
    print(try index.entries(filter).map(\.name))

    let catalog = try Catalog.bundled(support: .toolkit)
    let bibliography = try catalog.exported(.bibtex)
    print(catalog.statistics.references, bibliography.count)

    try datasets(in: folder)
  }

  private static func datasets(in folder: URL) throws {
    let root = folder.appending(path: "kits19")
    try KiTS19().mimic(to: root, seed: 1)

    let dataset = try Dataset(KiTS19(), at: root)
    for problem in dataset.problems { print(problem.problem) }
    for item in dataset.cases {
      let subject = try item.subject()  // voxels are read here
      print(item.id, item.group, item[field: "gender"]?.text ?? "", subject.names)
    }
    try Preparation(testShare: 0.2, seed: 1).write(dataset, to: folder.appending(path: "prepared"))

    let scores = folder.appending(path: "scores")
    try ExampleScores().mimic(to: scores)
    print(try Dataset(ExampleScores(), at: scores, mode: .strict).cases.count)
  }
}
