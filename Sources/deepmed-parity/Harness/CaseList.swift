import Foundation
import MedCheckpoint

/// All cases that were asked for, in a fixed order.
struct CaseList {
  struct Item {
    let folder: CaseFolder
    let index: Int
    let id: String
    let className: String
  }

  private(set) var items: [Item] = []
  private let data: URL?
  private let registry = Registry()

  init(below root: URL, options: Options) throws {
    data = options.data
    for url in try CaseFolder.find(below: root) {
      let folder = try CaseFolder(url)
      for (index, fields) in folder.cases.enumerated() {
        let id = fields["id"]?.string ?? "\(url.lastPathComponent)-\(index)"
        // Families of another shape have groups instead of classes.
        let className = fields["class"]?.string ?? fields["group"]?.string ?? url.lastPathComponent
        guard options.includes(id: id, className: className) else { continue }
        items.append(Item(folder: folder, index: index, id: id, className: className))
      }
    }
  }

  /// Runs one case.
  func outcome(of item: Item) -> Outcome {
    let test = Case(
      fields: item.folder.cases[item.index], className: item.className, folder: item.folder.url,
      arrays: item.folder.arrays, dataFolder: data ?? CaseFolder.dataFolder(near: item.folder.url))
    return Outcome(running: test, with: registry.runner(for: item.className, in: item.folder.url))
  }
}
