import Foundation
import MedImage
import MedVoxel

/// LIDC-IDRI: chest CT scans in which four readers outlined and rated the lung nodules.
///
/// Layout: `LIDC-IDRI/LIDC-IDRI-0001/{study}/{series}/*.dcm` with the annotations (`069.xml`) beside the slices, whatever
/// study and series folders are called; or the annotations alone, `tcia-lidc-xml/157/158.xml`, beside `LIDC-IDRI`:
/// they are matched by the SeriesInstanceUID. Radiographs (CR, DX) of the same patients are passed over.
///
/// Images: `image` (the CT) and `label`, made from the outlines when it is asked for. An outline runs through the first
/// pixels outside of a nodule (the owners' documentation), so the region is what lies strictly inside; regions with
/// inclusion FALSE are cut out. A voxel is a nodule's where at least the share `agreement` of the file's readers marked
/// it, whatever nodule they meant. pylidc's consensus is another one: it is taken for one nodule at a time over the
/// readers who saw this nodule, so with its usual half a voxel that one reader of two marked counts there, and does not
/// count here unless a second of the four agrees. Nodules under 3 mm have one point and no region: they are counted
/// and not drawn. A scan with an outline that can't be used has no label, rather than a wrong one.
///
/// Fields: `series` (its UID); `readers`; `nodules by reader`, `small nodules by reader`, `non-nodules by reader` (one
/// count a reader); `ratings` (for each outlined nodule "reader | nodule's name | ratings", in the order of the file:
/// subtlety, internal structure, calcification, sphericity, margin, lobulation, spiculation, texture, malignancy; a
/// dash where one is missing); `nodules` (how many there are when annotations of different readers whose regions touch
/// on a slice are taken for one), and for each of these `nodule readers` and `mean malignancy`.
///
/// - Source: cancerimagingarchive.net/collection/lidc-idri; Armato et al. 2011.
public struct LIDC: DatasetReader {
  public let id = "lidc-idri"
  public let form = DatasetForm(kind: .images, channels: ["CT"], classes: ["background", "nodule"])
  /// The share of the readers who must have marked a voxel, above 0 and up to 1.
  public let agreement: Double

  /// - Precondition: `agreement` is above 0 and at most 1.
  public init(agreement: Double = 0.5) {
    precondition(agreement > 0 && agreement <= 1, "agreement is a share of the readers")
    self.agreement = agreement
  }

  public func recognizes(_ folder: DatasetFolderView) -> Bool { base(folder) != nil }

  /// The folder of the patients: the collection, or inside of what the archive's downloader makes.
  private func base(_ folder: DatasetFolderView, log: DatasetLog? = nil) -> String? {
    let manifests = folder.folders().filter { $0.name.lowercased().hasPrefix("manifest") }
    let candidates = ["", "LIDC-IDRI"] + manifests.map { "\($0.path)/LIDC-IDRI" }
    let chosen = candidates.first { candidate in
      folder.find(candidate).map { base in folder.folders(base).contains { Self.patient($0.name) != nil } }
        ?? false
    }
    return chosen.flatMap { folder.find($0, log: log) }
  }

  /// The patient's name as the owners write it.
  private static func patient(_ name: String) -> String? {
    let name = name.uppercased()
    let digits = name.dropFirst("LIDC-IDRI-".count)
    return name.hasPrefix("LIDC-IDRI-") && digits.utf8.count == 4
      && digits.utf8.allSatisfy { (48...57).contains($0) } ? name : nil
  }

  public func cases(in folder: DatasetFolderView, log: DatasetLog) throws -> [DatasetCase] {
    guard let base = base(folder, log: log) else { return [] }
    var patients: [(name: String, path: String)] = []
    for entry in folder.folders(base) {
      guard let name = Self.patient(entry.name) else { continue }
      if entry.name != name {
        log.note("the owners write this name “\(name)”", at: folder.url(entry.path).path)
      }
      patients.append((name, entry.path))
    }
    let found = patients
    let scans = Parallel.map(found.count) { index in
      LIDCScan.all(of: found[index].name, in: found[index].path, folder, log)
    }
    let loose =
      scans.joined().contains { $0.annotations == nil } ? LIDCScan.looseAnnotations(folder, base, log) : [:]
    var seen: [String: String] = [:]
    return scans.flatMap { scans in
      let own = scans.filter { scan in
        if let first = seen[scan.series] {
          log.error(
            "the series \(scan.series) is there twice; the first one counts: \(first)", at: scan.place.path)
          return false
        }
        if !scan.series.isEmpty { seen[scan.series] = scan.place.path }
        return true
      }
      return own.enumerated().map { index, scan in
        let id = own.count == 1 ? scan.patient : "\(scan.patient)-\(index + 1)"
        return item(id, scan, scan.annotations ?? loose[scan.series], log)
      }
    }
  }

  private func item(
    _ id: String, _ scan: LIDCScan, _ annotations: (file: URL, content: LIDCAnnotations)?, _ log: DatasetLog
  ) -> DatasetCase {
    var item = DatasetCase(id: id, group: scan.patient)
    item.images = [scan.image]
    item.add("series", .text(scan.series))
    guard let (file, content) = annotations else {
      if !scan.hasDamagedAnnotations {
        log.error(
          "there are no annotations of this scan", at: scan.place.path,
          remedy: "put the XML file beside the slices, or tcia-lidc-xml beside LIDC-IDRI")
      }
      return item
    }
    let consensus = LIDCConsensus(content, file: file, size: scan.size)
    for problem in content.problems { log.error(problem.statement, at: "\(file.path): line \(problem.line)") }
    for problem in consensus.problems { log.append(DatasetProblem(.error, problem)) }
    if content.problems.isEmpty, consensus.problems.isEmpty {
      item.images.append(scan.label(consensus, agreement: agreement))
    }
    addFields(content, consensus, to: &item)
    return item
  }

  private func addFields(
    _ content: LIDCAnnotations, _ consensus: LIDCConsensus, to item: inout DatasetCase
  ) {
    func counts(_ value: (LIDCAnnotations.Session) -> Int) -> FieldValue {
      .list(content.sessions.map { .number(Double(value($0))) })
    }
    item.add("readers", .number(Double(content.sessions.count)))
    item.add("nodules by reader", counts(\.nodules.count))
    item.add("small nodules by reader", counts(\.small.count))
    item.add("non-nodules by reader", counts(\.others.count))
    let ratings = content.sessions.enumerated().flatMap { reader, session in
      session.nodules.map { nodule in
        let values = nodule.ratings.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
        return FieldValue.text("\(reader + 1) | \(nodule.id) | \(values)")
      }
    }
    item.add("ratings", .list(ratings))
    let clusters = consensus.clusters()
    item.add("nodules", .number(Double(clusters.count)))
    item.add(
      "nodule readers",
      .list(clusters.map { .number(Double(Set($0.map { consensus.observers[$0] }).count)) }))
    item.add(
      "mean malignancy",
      .list(
        clusters.map { members in
          let ratings = members.compactMap { consensus.nodules[$0].malignancy }
          guard !ratings.isEmpty else { return .missing }
          return .number((100 * Double(ratings.reduce(0, +)) / Double(ratings.count)).rounded() / 100)
        }))
  }
}
