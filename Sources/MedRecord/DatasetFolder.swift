public import Foundation
internal import MedVoxel

/// A folder with scans and labels in the layout of the Medical Segmentation Decathlon (`dataset.json`,
/// `imagesTr`, `labelsTr`, `imagesTs`), or of nnU-Net, where each channel is a file of its own
/// (`case_0000.nii.gz`, `case_0001.nii.gz` …).
public struct DatasetFolder: Sendable {
  /// The files of one case.
  public struct Case: Hashable, Sendable {
    public var id: String
    /// One file with all channels, or one for each channel, in order.
    public var images: [URL]
    public var label: URL?

    public init(id: String, images: [URL], label: URL?) {
      self.id = id
      self.images = images
      self.label = label
    }
  }

  public var root: URL
  public var name: String
  public var channelNames: [String]
  /// By class number; number 0 is the background.
  public var classNames: [String]
  public var training: [Case]
  public var test: [Case]

  /// Reads `dataset.json` and finds every file that it names.
  /// - Throws: `RecordError` with all problems of the folder: keys, missing files, labels without a name.
  public init(contentsOf root: URL) throws(RecordError) {
    let manifest = try DatasetManifest(contentsOf: root.appending(path: "dataset.json"))
    self.root = root
    name = manifest.name ?? root.lastPathComponent
    channelNames = manifest.channelNames
    classNames = manifest.classNames
    var problems: [Problem] = []
    let suffix = manifest.fileEnding ?? ".nii.gz"
    training =
      manifest.training.map { list in
        list.map { DatasetFolder.case($0, in: root, channels: manifest.channelNames.count, &problems) }
      }
      ?? DatasetFolder.scan(
        root, images: "imagesTr", labels: "labelsTr", suffix: suffix,
        channels: manifest.channelNames.count, &problems)
    test =
      manifest.test.map { list in
        list.map { DatasetFolder.case($0, in: root, channels: manifest.channelNames.count, &problems) }
      }
      ?? DatasetFolder.scan(
        root, images: "imagesTs", labels: nil, suffix: suffix, channels: manifest.channelNames.count,
        &problems)
    for item in training where item.label == nil {
      problems.append(
        Problem("the training case “\(item.id)” has no label", at: root.path, remedy: "add its label map"))
    }
    if training.isEmpty {
      problems.append(
        Problem(
          "no training case was found", at: root.path,
          remedy: "list them under \"training\" in dataset.json, or put them into imagesTr and labelsTr"))
    }
    let repeated = Dictionary(grouping: training, by: \.id).filter { $0.value.count > 1 }.keys.sorted()
    if !repeated.isEmpty {
      problems.append(
        Problem("cases are listed twice: \(repeated.joined(separator: ", "))", at: root.path))
    }
    guard problems.isEmpty else { throw RecordError(problems) }
  }

  /// A case by its identifier, among training and test.
  public func `case`(_ id: String) -> Case? { (training + test).first { $0.id == id } }

  /// The name without `.nii.gz`, `.nii` and the like.
  public static func stem(_ fileName: String) -> String {
    var name = fileName
    if name.lowercased().hasSuffix(".gz") { name.removeLast(3) }
    if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
    return name
  }

  /// The name without the channel number that nnU-Net appends (`_0000`).
  public static func caseIdentifier(_ fileName: String) -> String {
    let name = stem(fileName)
    guard let underscore = name.lastIndex(of: "_") else { return name }
    let digits = name[name.index(after: underscore)...]
    return digits.count == 4 && digits.allSatisfy(\.isNumber) ? String(name[..<underscore]) : name
  }

  private static func `case`(
    _ entry: DatasetManifest.Entry, in root: URL, channels: Int, _ problems: inout [Problem]
  ) -> Case {
    let files = FileManager.default
    func resolve(_ path: String) -> URL { root.appending(path: path).standardizedFileURL }
    var images = entry.images.map(resolve)
    // nnU-Net's first version lists `case.nii.gz` and stores `case_0000.nii.gz`.
    if images.count == 1, !files.fileExists(atPath: images[0].path) {
      let split = (0..<channels).map { channelFile(images[0], $0) }
      if split.allSatisfy({ files.fileExists(atPath: $0.path) }) { images = split }
    }
    let label = entry.label.map(resolve)
    for url in images + (label.map { [$0] } ?? []) where !files.fileExists(atPath: url.path) {
      problems.append(
        Problem(
          "the file is named in dataset.json and does not exist", at: url.path,
          remedy: "restore it, or take the case out of the list"))
    }
    let id = label.map { stem($0.lastPathComponent) } ?? caseIdentifier(images[0].lastPathComponent)
    return Case(id: id, images: images, label: label)
  }

  private static func channelFile(_ url: URL, _ channel: Int) -> URL {
    let name = url.lastPathComponent
    let stem = stem(name)
    let number = String(channel)
    let padded = String(repeating: "0", count: max(0, 4 - number.count)) + number
    return url.deletingLastPathComponent().appending(
      path: "\(stem)_\(padded)\(name.dropFirst(stem.count))")
  }

  private static func scan(
    _ root: URL, images folder: String, labels: String?, suffix: String, channels: Int,
    _ problems: inout [Problem]
  ) -> [Case] {
    let found =
      (try? FileManager.default.contentsOfDirectory(
        at: root.appending(path: folder), includingPropertiesForKeys: nil)) ?? []
    let files = found.filter {
      $0.lastPathComponent.hasSuffix(suffix) && !$0.lastPathComponent.hasPrefix(".")
    }
    let groups = Dictionary(grouping: files) { caseIdentifier($0.lastPathComponent) }
    return groups.keys.sorted().map { id in
      let images = (groups[id] ?? []).sorted { $0.lastPathComponent < $1.lastPathComponent }
      if images.count != channels, images.count != 1 {
        problems.append(
          Problem(
            "expected \(channels) channel files, found \(images.count)", at: "\(folder)/\(id)",
            remedy: "each channel is a file \(id)_0000\(suffix), \(id)_0001\(suffix) …"))
      }
      let label = labels.map { root.appending(path: "\($0)/\(id)\(suffix)") }
      let exists = label.map { FileManager.default.fileExists(atPath: $0.path) } ?? false
      return Case(id: id, images: images, label: exists ? label : nil)
    }
  }
}
