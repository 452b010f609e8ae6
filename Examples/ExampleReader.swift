import DeepMedicine
import Foundation

/// A template for a data set's reader: `scores.csv` beside a scan and a mask for each patient.
///
/// Layout: `scores.csv` (patient, score) and `scans/P01.nii.gz`, `masks/P01.nii.gz`.
///
/// - Source: the owners' page or paper.
struct ExampleScores: DatasetReader {
  // The catalog's id.
  let id = "example-scores"
  let form = DatasetForm(kind: .images, channels: ["MRI"], classes: ["background", "lesion"])

  func recognizes(_ folder: DatasetFolderView) -> Bool {
    folder.find("scores.csv") != nil && folder.find("scans") != nil
  }

  func cases(in folder: DatasetFolderView, log: DatasetLog) throws -> [DatasetCase] {
    guard let path = folder.find("scores.csv", log: log) else { return [] }
    let url = folder.url(path)
    let table = SeparatedTable(try TextFile.read(url, log: log))
    var cases: [DatasetCase] = []
    for row in table.rows.dropFirst() {
      guard row.cells.count == 2, let score = Double(row.cells[1]) else {
        log.error("expected a patient and a score", at: "\(url.path):\(row.line)")
        continue
      }
      var item = DatasetCase(id: row.cells[0], group: row.cells[0])
      item.add("score", .number(score))
      if let scan = folder.find("scans/\(item.id).nii.gz", log: log) {
        item.images.append(CaseImage(scan: "image", file: folder.url(scan)))
      } else {
        log.error("the scan of \(item.id) is missing", at: folder.url("scans/\(item.id).nii.gz").path)
      }
      if let mask = folder.find("masks/\(item.id).nii.gz", log: log) {
        item.images.append(CaseImage(labels: "label", file: folder.url(mask)))
      } else {
        log.error("the mask of \(item.id) is missing", at: folder.url("masks/\(item.id).nii.gz").path)
      }
      cases.append(item)
    }
    return cases
  }

  func mimic(_ writer: MimicWriter) throws {
    var rows = ["patient,score"]
    for number in 1...writer.caseCount {
      let patient = number < 10 ? "P0\(number)" : "P\(number)"
      var random = writer.random.stream(patient)
      rows.append("\(patient),\(random.integer(below: 10))")
      let size = GridSize(16, 16, 8)
      let scan = ScalarImage(
        voxels: VoxelBuffer(size: size, normalNoise: random), affine: Affine(spacing: [1, 1, 3]))
      try writer.write(scan, to: "scans/\(patient).nii.gz", type: .float32)
      var mask = VoxelBuffer<UInt16>(size: size)
      mask[0, 8, 8, 4] = 1
      try writer.write(LabelMap(voxels: mask, affine: scan.affine), to: "masks/\(patient).nii.gz")
    }
    try writer.write(rows.joined(separator: "\n") + "\n", to: "scores.csv")
  }
}
