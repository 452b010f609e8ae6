public import Foundation
internal import MedRecord
internal import MedVoxel

/// Predicted and true label maps of the same cases.
public struct LabelMapPairs: Sendable {
  public struct Pair: Hashable, Sendable {
    public var id: String
    public var prediction: URL
    public var truth: URL
  }

  public var pairs: [Pair]

  /// - Throws: `StudyError` naming every prediction without a truth; truths without a prediction count too, since
  ///   leaving them out would hide failures.
  public init(predictions: URL, truth: URL) throws(StudyError) {
    let (predicted, known) = (try Self.maps(predictions), try Self.maps(truth))
    if predicted.count == 1, known.count == 1 {
      let (id, file) = predicted[predicted.startIndex]
      pairs = [Pair(id: id, prediction: file, truth: known[known.startIndex].value)]
      return
    }
    var problems: [Problem] = []
    let missing = Set(predicted.keys).subtracting(known.keys).sorted()
    if !missing.isEmpty {
      problems.append(
        Problem("no true label map for \(missing.joined(separator: ", "))", at: truth.path))
    }
    let unpredicted = Set(known.keys).subtracting(predicted.keys).sorted()
    if !unpredicted.isEmpty {
      problems.append(
        Problem(
          "no prediction for \(unpredicted.joined(separator: ", "))", at: predictions.path,
          remedy: "predict these cases too, or take their true maps out of the folder"))
    }
    guard problems.isEmpty else { throw StudyError(problems) }
    pairs = predicted.keys.sorted().compactMap { id in
      guard let prediction = predicted[id], let truth = known[id] else { return nil }
      return Pair(id: id, prediction: prediction, truth: truth)
    }
  }

  private static func maps(_ url: URL) throws(StudyError) -> [String: URL] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw StudyError("there is no such file or folder", at: url.path, remedy: "check the path")
    }
    guard isFolder.boolValue else { return [DatasetFolder.stem(url.lastPathComponent): url] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let maps = names.filter { name in
      [".nii.gz", ".nii", ".mgz", ".mgh", ".hdr"].contains { name.lowercased().hasSuffix($0) }
        && !name.hasPrefix(".")
    }
    guard !maps.isEmpty else {
      throw StudyError("the folder has no label maps", at: url.path, remedy: "check the path")
    }
    return Dictionary(maps.sorted().map { (DatasetFolder.stem($0), url.appending(path: $0)) }) { first, _ in first }
  }
}
