import Foundation
import MedImage
import MedVoxel

/// One CT series of a patient: a folder of slices, perhaps with its annotations.
struct LIDCScan: Sendable {
  var patient: String
  /// The folder of the slices.
  var place: URL
  var series: String
  /// Columns and rows.
  var size: SIMD2<Int>
  var annotations: (file: URL, content: LIDCAnnotations)?
  /// Whether there is a file that can't be used; its problem is known.
  var hasDamagedAnnotations = false

  /// The CT series of a patient. Of each, the header of the first slice is read.
  static func all(
    of patient: String, in path: String, _ folder: DatasetFolderView, _ log: DatasetLog
  ) -> [LIDCScan] {
    let files = folder.walk(path)
    let byFolder = Dictionary(grouping: files) { entry in
      entry.path.split(separator: "/").dropLast().joined(separator: "/")
    }
    let scans = byFolder.keys.sorted(by: DatasetFolderView.naturallyBefore).compactMap { place in
      scan(of: patient, in: place, byFolder[place] ?? [], folder, log)
    }
    if files.isEmpty { log.error("the patient's folder is empty", at: folder.url(path).path) }
    return scans
  }

  private static func scan(
    of patient: String, in path: String, _ files: [DatasetFolderView.Entry], _ folder: DatasetFolderView,
    _ log: DatasetLog
  ) -> LIDCScan? {
    func named(_ end: String) -> [URL] {
      files.filter { $0.name.lowercased().hasSuffix(end) }.map { folder.url($0.path) }
    }
    let (slices, descriptions) = (named(".dcm"), named(".xml"))
    let place = folder.url(path)
    guard let first = slices.first else {
      if !descriptions.isEmpty { log.error("there are annotations without slices", at: place.path) }
      return nil
    }
    var scan: LIDCScan
    do {
      let header = try ImageFile.open(first).header
      func fact(_ name: String) -> String { header.facts.first { $0.name == name }?.value ?? "" }
      // Radiographs of the patient are no part of the CT set.
      guard fact("Modality") == "CT" else { return nil }
      scan = LIDCScan(
        patient: patient, place: place, series: fact("SeriesInstanceUID"),
        size: [header.size.x, header.size.y])
    } catch {
      log.error(error, at: first.path)
      return nil
    }
    if scan.series.isEmpty { log.error("the slices name no SeriesInstanceUID", at: first.path) }
    for file in descriptions { scan.take(file, log) }
    return scan
  }

  /// Takes annotations that are this scan's.
  private mutating func take(_ file: URL, _ log: DatasetLog) {
    do {
      let content = try LIDCAnnotations(contentsOf: file)
      if content.kind == .radiograph || content.series != series {
        hasDamagedAnnotations = true
        log.error(
          content.kind == .radiograph
            ? "these annotations are a radiograph's, the slices are CT"
            : "these annotations are of the series \(content.series), the slices of \(series)", at: file.path)
      } else if let first = annotations {
        log.error(
          "there are several annotations of this scan; the first counts: \(first.file.lastPathComponent)",
          at: file.path)
      } else {
        annotations = (file, content)
      }
    } catch {
      hasDamagedAnnotations = true
      log.error(error, at: file.path)
    }
  }

  /// The annotations of CT scans in the tree beside the patients, by series.
  static func looseAnnotations(
    _ folder: DatasetFolderView, _ base: String, _ log: DatasetLog
  ) -> [String: (file: URL, content: LIDCAnnotations)] {
    let trees = ["tcia-lidc-xml", "LIDC-XML-only/tcia-lidc-xml"]
    guard let tree = trees.lazy.compactMap({ folder.find($0, log: log) }).first else { return [:] }
    let files = folder.walk(tree).filter { $0.name.lowercased().hasSuffix(".xml") }.map {
      folder.url($0.path)
    }
    let contents = Parallel.map(files.count) { index -> LIDCAnnotations? in
      do {
        return try LIDCAnnotations(contentsOf: files[index])
      } catch {
        log.error(error, at: files[index].path)
        return nil
      }
    }
    var found: [String: (file: URL, content: LIDCAnnotations)] = [:]
    for (file, content) in zip(files, contents) {
      guard let content, content.kind == .ct else { continue }
      if let first = found[content.series] {
        log.error(
          "there are several annotations of the series \(content.series); the first counts: \(first.file.path)",
          at: file.path)
      } else {
        found[content.series] = (file, content)
      }
    }
    return found
  }

  // MARK: - Images

  var image: CaseImage {
    let (place, options) = (place, ReadOptions(series: series.isEmpty ? nil : series))
    return CaseImage(
      "image", role: .scan, files: [place],
      look: { try ImageFile.open(place, options: options).header.grid },
      read: { .scalar(try ScalarImage(contentsOf: place, options: options)) })
  }

  func label(_ consensus: LIDCConsensus, agreement: Double) -> CaseImage {
    let (place, uid) = (place, series)
    return CaseImage(
      "label", role: .labels, files: [consensus.file, place],
      look: { try Self.placed(consensus, on: uid, in: place).grid },
      read: {
        let (grid, places) = try Self.placed(consensus, on: uid, in: place)
        let voxels = consensus.mask(grid.size, places: places, agreement: agreement)
        return .labels(LabelMap(voxels: voxels, affine: grid.affine))
      })
  }

  /// The series' grid, and the slice of each outline along K.
  /// - Throws: when a slice is missing, or the files can't hold what their headers claim.
  private static func placed(
    _ consensus: LIDCConsensus, on uid: String, in place: URL
  ) throws -> (grid: Grid, places: [Int]) {
    let all = try DICOM.series(in: place).filter { $0.uid == uid }
    guard all.count == 1, let series = all.first else {
      throw DatasetError("expected one image of the series \(uid), found \(all.count)", at: place.path)
    }
    let grid = try DICOM.open(series).header.grid
    let held = series.files.reduce(0) { sum, file in
      sum + ((try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0)
    }
    // No compression of CT comes near.
    guard Double(grid.size.x) * Double(grid.size.y) * Double(grid.size.z) <= 1032 * Double(held) else {
      throw DatasetError("the headers claim more pixels than the files can hold", at: place.path)
    }
    guard grid.size.x == consensus.size.x, grid.size.y == consensus.size.y else {
      throw DatasetError("the slices differ in size", at: place.path)
    }
    return (grid, try consensus.places(in: series.slices()))
  }
}
