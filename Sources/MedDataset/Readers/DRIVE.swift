import Foundation
import MedImage
import MedVoxel

/// DRIVE: color photographs of the retina with hand-drawn vessels.
///
/// Layout: `training/images/21_training.tif` with `training/1st_manual/21_manual1.gif` and
/// `training/mask/21_training_mask.gif`; `test` likewise, with a second observer in `2nd_manual/01_manual2.gif`. Newer
/// releases keep the test set's labels to themselves. Label files are 0 and 255; they are read as classes 0 and 1.
///
/// Images: `image` (red, green, blue), `label` (the first observer), `label2` (the second), `mask` (the field of
/// view). Their grid counts pixels: the owners publish no length.
///
/// - Source: drive.grand-challenge.org; Staal et al. 2004.
public struct DRIVE: DatasetReader {
  public let id = "drive"
  public let form = DatasetForm(
    kind: .images, channels: ["red", "green", "blue"], classes: ["background", "vessel"], group: "image")

  public init() {}

  public func recognizes(_ folder: DatasetFolderView) -> Bool {
    guard let base = base(folder) else { return false }
    return Self.halves.contains { half in
      folder.files(Self.joined(base, "\(half.name)/images")).contains {
        half.number(of: $0.name, "images") != nil
      }
    }
  }

  private func base(_ folder: DatasetFolderView) -> String? {
    ["", "DRIVE"].first { base in
      Self.halves.contains { folder.find(Self.joined(base, "\($0.name)/images")) != nil }
    }.flatMap { $0.isEmpty ? "" : folder.find($0) }
  }

  private static func joined(_ base: String, _ path: String) -> String {
    base.isEmpty ? path : "\(base)/\(path)"
  }

  /// The training or the test set.
  private struct Half {
    var name: String
    var split: DatasetSplit
    /// Folders with the ends of their files' names after the two digits, and the image that they hold.
    var parts: [(folder: String, end: String, image: String)] {
      [
        ("images", "_\(name).tif", "image"), ("1st_manual", "_manual1.gif", "label"),
        ("2nd_manual", "_manual2.gif", "label2"), ("mask", "_\(name)_mask.gif", "mask"),
      ]
    }

    func fileName(_ number: String, _ folder: String) -> String {
      number + (parts.first { $0.folder == folder }?.end ?? "")
    }

    /// The two digits of a file name of one of the folders, whatever its case.
    func number(of name: String, _ folder: String) -> String? {
      let digits = name.prefix(2)
      guard digits.utf8.count == 2, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
      return name.lowercased() == fileName(String(digits), folder) ? String(digits) : nil
    }
  }

  private static let halves = [
    Half(name: "training", split: .training), Half(name: "test", split: .test),
  ]

  public func cases(in folder: DatasetFolderView, log: DatasetLog) throws -> [DatasetCase] {
    guard let base = base(folder) else { return [] }
    return Self.halves.flatMap { half in
      let wanted = Self.joined(base, half.name)
      guard let path = folder.find(wanted, log: log) else {
        log.error("the folder “\(half.name)” is missing", at: folder.url(wanted).path)
        return [DatasetCase]()
      }
      return cases(of: half, in: path, folder, log)
    }
  }

  private func cases(
    of half: Half, in path: String, _ folder: DatasetFolderView, _ log: DatasetLog
  ) -> [DatasetCase] {
    var files: [String: [String: URL]] = [:]
    for part in half.parts {
      guard let place = folder.find("\(path)/\(part.folder)", log: log) else {
        missing(part.folder, of: half, at: folder.url(path).path, log)
        continue
      }
      files[part.folder] = numbered(place, part.folder, half, folder, log)
    }
    for entry in folder.list(path)
    where !half.parts.contains(where: { $0.folder == entry.name.lowercased() }) {
      log.note("this is not part of DRIVE", at: folder.url(entry.path).path)
    }
    let numbers = Set(files.values.flatMap(\.keys)).sorted()
    return numbers.compactMap { number in
      guard let image = files["images"]?[number] else {
        log.error(
          "\(half.fileName(number, "images")) is missing; other files of its number are there",
          at: folder.url("\(path)/images").path)
        return nil
      }
      var item = DatasetCase(id: "\(number)_\(half.name)", group: number, split: half.split)
      item.images = [Self.photograph(image)]
      for part in half.parts where part.folder != "images" {
        if let file = files[part.folder]?[number] {
          item.images.append(Self.labels(part.image, file, of: image))
        } else if files[part.folder] != nil, part.folder != "2nd_manual" || half.split == .test {
          log.error(
            "\(half.fileName(number, part.folder)) is missing", at: folder.url("\(path)/\(part.folder)").path)
        }
      }
      return item
    }
  }

  private func missing(_ part: String, of half: Half, at place: String, _ log: DatasetLog) {
    switch (part, half.split) {
    case ("2nd_manual", .training): break
    case ("1st_manual", .test), ("2nd_manual", .test):
      log.note("there are no labels in “\(part)”: newer releases keep those of the test set back", at: place)
    default: log.error("the folder “\(part)” is missing", at: place)
    }
  }

  /// The files of a folder by their numbers.
  private func numbered(
    _ place: String, _ part: String, _ half: Half, _ folder: DatasetFolderView, _ log: DatasetLog
  ) -> [String: URL] {
    var found: [String: URL] = [:]
    for entry in folder.list(place) {
      let url = folder.url(entry.path)
      guard !entry.isFolder, let number = half.number(of: entry.name, part) else {
        log.note("this file is not part of DRIVE", at: url.path)
        continue
      }
      let name = half.fileName(number, part)
      if entry.name != name { log.note("the owners write this name “\(name)”", at: url.path) }
      if found[number] != nil {
        log.error("several files are called \(name) in different case; the first one counts", at: url.path)
      }
      found[number] = found[number] ?? url
    }
    return found
  }

  // MARK: - Images

  /// Pixels: I to the right, J down.
  private static let affine = Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 1])

  private static func photograph(_ file: URL) -> CaseImage {
    CaseImage("image", role: .scan, files: [file]) {
      var image = try ScalarImage(contentsOf: file)
      guard image.channels == 3, image.size.z == 1 else {
        throw DatasetError("expected a color photograph, found \(image.channels) channels", at: file.path)
      }
      image.affine = affine
      return .scalar(image)
    }
  }

  private static func labels(_ name: String, _ file: URL, of image: URL) -> CaseImage {
    CaseImage(name, role: .labels, files: [file]) {
      let (map, size) = (try LabelMap(contentsOf: file), try ImageFile.open(image).header.size)
      guard map.size == size else {
        throw DatasetError(
          "expected \(size.x)×\(size.y) pixels as in \(image.lastPathComponent), found \(map.size.x)×\(map.size.y)",
          at: file.path)
      }
      return .labels(LabelMap(voxels: try classes(map.voxels, at: file), affine: affine))
    }
  }

  /// 0 and 255 to classes 0 and 1.
  private static func classes(
    _ voxels: VoxelBuffer<UInt16>, at file: URL
  ) throws(DatasetError) -> VoxelBuffer<UInt16> {
    let values = voxels.elements
    if let bad = values.firstIndex(where: { $0 != 0 && $0 != 255 }) {
      throw DatasetError(
        "expected values 0 and 255, found \(values[bad]) at pixel (\(bad % voxels.size.x), \(bad / voxels.size.x))",
        at: file.path)
    }
    return VoxelBuffer(size: voxels.size, elements: values.map { $0 == 0 ? 0 : 1 })
  }
}
