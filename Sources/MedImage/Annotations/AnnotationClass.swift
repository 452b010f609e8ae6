import MedVoxel

/// What a label's name stands for.
public struct AnnotationClass: Hashable, Codable, Sendable {
  public var name: String
  /// In a label map; nil takes the next free number.
  public var number: UInt16?
  /// Red, green, blue.
  public var color: SIMD3<UInt8>?

  public init(_ name: String, number: UInt16? = nil, color: SIMD3<UInt8>? = nil) {
    self.name = name
    self.number = number
    self.color = color
  }

  /// A number for each class: those given, then 1, 2, … for the others by first appearance, leaving out taken ones.
  ///
  /// - Throws: `ImageError` where two classes have one number, a class has 0 (the background), or there are more than
  ///   65,535.
  static func numbers(
    _ classes: [AnnotationClass], labels: some Sequence<String>
  ) throws(ImageError) -> [(name: String, number: UInt16)] {
    var (names, seen): ([String], Set<String>) = ([], [])
    for name in classes.map(\.name) + labels where seen.insert(name).inserted { names.append(name) }
    var owners: [UInt16: String] = [:]
    var given: [String: UInt16] = [:]
    var problems: [Problem] = []
    for item in classes {
      guard let number = item.number, given[item.name] == nil else { continue }
      if number == 0 {
        problems.append(Problem("the class “\(item.name)” has the number 0, which is the background's"))
      } else if let owner = owners[number] {
        problems.append(Problem("the classes “\(owner)” and “\(item.name)” have the same number \(number)"))
      }
      owners[number] = item.name
      given[item.name] = number
    }
    guard problems.isEmpty else { throw ImageError(problems) }
    guard names.count <= Int(UInt16.max) else {
      throw ImageError("expected at most 65535 classes, found \(names.count)")
    }
    var next = 1
    return names.map { name in
      if let number = given[name] { return (name, number) }
      while next <= 65535, owners[UInt16(next)] != nil { next += 1 }
      owners[UInt16(next)] = name
      return (name, UInt16(next))
    }
  }
}
