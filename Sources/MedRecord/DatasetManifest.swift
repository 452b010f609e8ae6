internal import Foundation
internal import MedVoxel

/// `dataset.json` in either spelling: the Decathlon's (`modality`, `labels` from number to name) or nnU-Net's
/// (`channel_names`, `labels` from name to number).
struct DatasetManifest {
  struct Entry {
    var images: [String]
    var label: String?
  }

  var name: String?
  var channelNames: [String]
  var classNames: [String]
  var fileEnding: String?
  /// nil where the file has no list and the folders say it.
  var training: [Entry]?
  var test: [Entry]?

  init(contentsOf url: URL) throws(RecordError) {
    let object: Any
    do {
      object = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    } catch {
      throw RecordError(
        "dataset.json cannot be read: \(error.localizedDescription)", at: url.path,
        remedy: "a data set is a folder with dataset.json, imagesTr and labelsTr")
    }
    guard let json = object as? [String: Any] else {
      throw RecordError("expected a JSON object at the top level", at: url.path)
    }
    var problems: [Problem] = []
    name = json["name"] as? String
    fileEnding = json["file_ending"] as? String
    channelNames = Self.channels(json, url, &problems)
    classNames = Self.classes(json, url, &problems)
    training = Self.entries(json["training"], "training", url, &problems)
    test = Self.entries(json["test"], "test", url, &problems)
    guard problems.isEmpty else { throw RecordError(problems) }
  }

  private static func channels(_ json: [String: Any], _ url: URL, _ problems: inout [Problem]) -> [String] {
    guard let table = (json["channel_names"] ?? json["modality"]) as? [String: Any] else {
      problems.append(
        Problem(
          expected: "an object “channel_names” (or “modality”), such as {\"0\": \"MRI\"}",
          found: json["channel_names"] == nil && json["modality"] == nil ? "none" : "something else",
          at: url.path))
      return []
    }
    let names = (0..<table.count).map { table[String($0)] as? String }
    if names.contains(nil) || names.isEmpty {
      problems.append(
        Problem(
          expected: "channels numbered 0 to \(max(0, table.count - 1)) with a name each",
          found: table.keys.sorted().joined(separator: ", "), at: url.path))
    }
    return names.compactMap { $0 }
  }

  private static func classes(_ json: [String: Any], _ url: URL, _ problems: inout [Problem]) -> [String] {
    guard let table = json["labels"] as? [String: Any] else {
      problems.append(
        Problem(
          expected: "an object “labels”, such as {\"0\": \"background\", \"1\": \"tumor\"}",
          found: json["labels"] == nil ? "none" : "something else", at: url.path))
      return []
    }
    var names: [Int: String] = [:]
    for (key, value) in table {
      if let number = Int(key), let name = value as? String {
        names[number] = name
      } else if let number = (value as? NSNumber)?.intValue ?? (value as? String).flatMap({ Int($0) }) {
        names[number] = key
      } else {
        problems.append(
          Problem("the label “\(key)” is neither number to name nor name to number", at: url.path))
      }
    }
    let numbers = names.keys.sorted()
    if numbers != Array(0..<numbers.count) || numbers.count < 2 {
      problems.append(
        Problem(
          expected: "class numbers 0, 1, 2 … without a gap, 0 for the background",
          found: numbers.map(String.init).joined(separator: ", "), at: url.path,
          remedy: "renumber the classes in dataset.json and in the label maps"))
    }
    return numbers.compactMap { names[$0] }
  }

  private static func entries(
    _ value: Any?, _ key: String, _ url: URL, _ problems: inout [Problem]
  ) -> [Entry]? {
    guard let value else { return nil }
    guard let list = value as? [Any] else {
      problems.append(Problem("“\(key)” is not a list", at: url.path))
      return []
    }
    var entries: [Entry] = []
    for (index, item) in list.enumerated() {
      if let path = item as? String {
        entries.append(Entry(images: [path], label: nil))
      } else if let object = item as? [String: Any], let image = object["image"] as? String {
        entries.append(Entry(images: [image], label: object["label"] as? String))
      } else if let object = item as? [String: Any], let images = object["image"] as? [String],
        !images.isEmpty
      {
        entries.append(Entry(images: images, label: object["label"] as? String))
      } else {
        problems.append(
          Problem(
            expected: "a path or {\"image\": …, \"label\": …}", found: "something else",
            at: "\(url.path): \(key)[\(index)]"))
      }
    }
    return entries
  }
}
