import Foundation
import MedImage
import MedVoxel

/// KiTS19: CT scans before kidney tumor surgery, with masks of kidney and tumor.
///
/// Layout: `data/kits.json` and `data/case_00000/{imaging,segmentation}.nii.gz`; the owners' script puts `imaging.nii.gz`
/// in its place. Cases 0 to 209 are for training; 210 to 299 have no masks.
///
/// - Source: github.com/neheller/kits19.
public struct KiTS19: DatasetReader {
  public let id = "kits19"
  public let form = DatasetForm(kind: .images, channels: ["CT"], classes: ["background", "kidney", "tumor"])

  public init() {}

  public func recognizes(_ folder: DatasetFolderView) -> Bool {
    data(folder).map { base in
      folder.folders(base).contains {
        number($0.name) != nil && folder.find("\($0.path)/segmentation.nii.gz") != nil
      }
    } ?? false
  }

  /// The folder of the cases: the repository's `data`, or itself.
  private func data(_ folder: DatasetFolderView, log: DatasetLog? = nil) -> String? {
    let found = ["data", ""].compactMap { folder.find($0) }
      .first { base in folder.folders(base).contains { number($0.name) != nil } }
    return found.flatMap { folder.find($0.isEmpty ? "" : "data", log: log) }
  }

  private func number(_ name: String) -> Int? {
    let parts = name.lowercased().split(separator: "_")
    guard parts.count == 2, parts[0] == "case", parts[1].count == 5 else { return nil }
    return Int(parts[1])
  }

  public func cases(in folder: DatasetFolderView, log: DatasetLog) throws -> [DatasetCase] {
    guard let base = data(folder, log: log) else { return [] }
    let facts = clinicalFacts(folder, base, log)
    var cases: [DatasetCase] = []
    var found: Set<String> = []
    for entry in folder.folders(base) {
      guard let number = number(entry.name) else {
        log.note("this folder is no case of KiTS19", at: folder.url(entry.path).path)
        continue
      }
      let id = entry.name.lowercased()
      found.insert(id)
      var item = DatasetCase(id: id, split: number < 210 ? .training : .test)
      let place = folder.url(entry.path).path
      if let path = folder.find("\(entry.path)/imaging.nii.gz", log: log) {
        item.images.append(CaseImage(scan: "image", file: folder.url(path)))
      } else {
        log.error(
          "imaging.nii.gz is missing", at: place, remedy: "fetch the scans with the owners' get_imaging.py")
      }
      if let path = folder.find("\(entry.path)/segmentation.nii.gz", log: log) {
        item.images.append(CaseImage(labels: "label", file: folder.url(path)))
      } else if number < 210 {
        log.error("segmentation.nii.gz is missing", at: place, remedy: "restore it from the repository")
      }
      for file in folder.list(entry.path) where !known.contains(file.name.lowercased()) {
        log.note("this file is not part of KiTS19", at: folder.url(file.path).path)
      }
      item.fields = facts[id] ?? []
      if facts[id] == nil, !facts.isEmpty { log.note("kits.json does not describe this case", at: place) }
      if !item.images.isEmpty { cases.append(item) }
    }
    for id in facts.keys.sorted() where !found.contains(id) {
      log.error("kits.json describes \(id), and its folder is missing", at: folder.url("\(base)/\(id)").path)
    }
    return cases
  }

  private let known: Set = ["imaging.nii.gz", "segmentation.nii.gz", "prediction.nii.gz"]

  /// `kits.json`: what is known of each patient, by case.
  private func clinicalFacts(
    _ folder: DatasetFolderView, _ base: String, _ log: DatasetLog
  ) -> [String: [CaseField]] {
    let name = base.isEmpty ? "kits.json" : "\(base)/kits.json"
    guard let path = folder.find(name, log: log) else {
      log.error("kits.json is missing: nothing is known of the patients", at: folder.url(name).path)
      return [:]
    }
    let url = folder.url(path)
    do {
      guard let list = try JSONFile.read(url, log: log).list else {
        throw DatasetError("expected a list of cases", at: url.path)
      }
      var facts: [String: [CaseField]] = [:]
      for (index, item) in list.enumerated() {
        guard let members = item.members, let id = members.first(where: { $0.name == "case_id" })?.value.text
        else {
          log.error("expected a case with a case_id", at: "\(url.path): [\(index)]")
          continue
        }
        if facts[id] != nil { log.error("\(id) stands twice; the first one counts", at: url.path) }
        facts[id] = facts[id] ?? JSONFile.fields(members.filter { $0.name != "case_id" })
      }
      return facts
    } catch {
      log.error(error, at: url.path)
      return [:]
    }
  }

  public func mimic(_ writer: MimicWriter) throws {
    var described: [String] = []
    for number in 0..<writer.caseCount {
      let digits = String(number)
      let id = "case_" + String(repeating: "0", count: 5 - digits.count) + digits
      var random = writer.random.stream(id)
      let size = GridSize(24 + random.integer(below: 8), 48, 48)
      // The owners store slices along the first axis: inferior, posterior, left.
      let affine = Affine(
        rows: [[0, 0, -0.8, 0], [0, -0.8, 0, 0], [-(2 + random.uniform()), 0, 0, 0], [0, 0, 0, 1]])
      let (scan, labels) = Self.kidneys(size, &random)
      try writer.write(
        ScalarImage(voxels: scan, affine: affine), to: "data/\(id)/imaging.nii.gz", type: .int16)
      try writer.write(LabelMap(voxels: labels, affine: affine), to: "data/\(id)/segmentation.nii.gz")
      described.append(
        """
          {
            "case_id": "\(id)",
            "age_at_nephrectomy": \(30 + random.integer(below: 50)),
            "gender": "\(random.bool(probability: 0.5) ? "male" : "female")",
            "body_mass_index": \((200 + Double(random.integer(below: 150))) / 10),
            "comorbidities": {"copd": false, "dementia": \(random.bool(probability: 0.1))},
            "malignant": true
          }
        """)
    }
    try writer.write("[\n\(described.joined(separator: ",\n"))\n]\n", to: "data/kits.json")
  }

  /// Two bright ellipsoids in soft tissue, one with a ball in it.
  private static func kidneys(
    _ size: GridSize, _ random: inout RandomStream
  ) -> (VoxelBuffer<Float>, VoxelBuffer<UInt16>) {
    let middle = Double(size.x) / 2 + random.uniform(in: -2...2)
    let tumor = 3 + 2 * random.uniform()
    var densities: [Float] = []
    var classes: [UInt16] = []
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let (x, y, z) = (Double(i) - middle, Double(j) - 26, abs(Double(k) - 23.5) - 12)
          var (label, density): (UInt16, Double) = (0, y * y + z * z < 600 ? 40 : -100)
          if (x * x) / 64 + (y * y) / 49 + (z * z) / 36 < 1 { (label, density) = (1, 180) }
          let (u, v, w) = (x - 4, y, Double(k) - 12)
          if u * u + v * v + w * w < tumor * tumor { (label, density) = (2, 110) }
          classes.append(label)
          densities.append(Float((density + 12 * random.normal()).rounded()))
        }
      }
    }
    return (VoxelBuffer(size: size, elements: densities), VoxelBuffer(size: size, elements: classes))
  }
}
