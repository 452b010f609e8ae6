import MedVoxel

/// An array of a file that holds several by name.
struct NamedArray {
  var name: String
  var shape: [Int]
  /// The type in the format's own words.
  var type: String
  /// Why it can't be read as an image; nil when it can.
  var obstacle: String?

  fileprivate var description: String {
    "\(name) (\(shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "×")) \(type))"
  }

  fileprivate var count: Int { shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }

  /// Axes with more than one element.
  fileprivate var rank: Int { shape.filter { $0 > 1 }.count }
}

/// Which of a file's arrays is the image.
enum VariableChoice {
  /// The array of the wanted name; without a name the only one that has two axes or more, or the only one of all.
  ///
  /// - Throws: `ImageError` that lists the arrays when there is none, or a choice.
  static func index(
    _ arrays: [NamedArray], wanted: String?, at location: String
  ) throws(ImageError) -> Int {
    let shown = arrays.prefix(40).map(\.description).joined(separator: ", ")
    let list =
      shown.isEmpty ? "no array" : shown + (arrays.count > 40 ? " and \(arrays.count - 40) more" : "")
    if let wanted {
      guard let index = arrays.firstIndex(where: { $0.name == wanted }) else {
        throw ImageError(
          "expected an array named “\(wanted)”, found \(list)", at: location,
          remedy: "choose one of these as the variable", cause: .usage)
      }
      if let obstacle = arrays[index].obstacle {
        throw ImageError("\(arrays[index].description): \(obstacle)", at: location)
      }
      return index
    }
    let readable = arrays.indices.filter { arrays[$0].obstacle == nil }
    let images = readable.filter { arrays[$0].rank >= 2 && arrays[$0].name != "affine" }
    if images.count == 1 { return images[0] }
    if images.isEmpty, readable.count == 1 { return readable[0] }
    if readable.isEmpty {
      let why = arrays.first { $0.obstacle != nil }?.obstacle
      throw ImageError(
        "expected an array of numbers, found \(list)\(why.map { ": \($0)" } ?? "")", at: location)
    }
    let largest = (images.isEmpty ? readable : images).max { arrays[$0].count < arrays[$1].count }
    throw ImageError(
      "the file holds several arrays: \(list)", at: location,
      remedy: "choose one by its name as the variable, such as \(arrays[largest ?? readable[0]].name)",
      cause: .usage)
  }
}
