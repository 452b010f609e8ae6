import Foundation
import MedDataset
import MedImage

/// Any bytes as the annotations of a scan of LIDC-IDRI: refused with their problems, or drawn into a mask.
func fuzzLIDC() throws {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(getpid())")
  try LIDC().mimic(to: root, cases: 1)
  defer { try? FileManager.default.removeItem(at: root) }
  let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
  guard let name = names.first(where: { $0.hasSuffix("/69.xml") }) else { return }
  let file = root.appendingPathComponent(name)
  fuzz { bytes in
    guard (try? Data(bytes).write(to: file)) != nil, let set = try? Dataset(LIDC(), at: root) else { return }
    for image in set.cases.flatMap(\.images) where image.name == "label" { _ = try? image.load() }
  }
}
