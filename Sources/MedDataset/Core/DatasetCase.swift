public import Foundation
public import MedImage
public import MedVoxel

/// One case of a data set: a scan with its labels, a row of a table, a question with its answer.
public struct DatasetCase: Sendable, Identifiable {
  /// Unique in the data set.
  public var id: String
  /// Who or what it comes from; cases of one group never part in a split.
  public var group: String
  /// The owners' own split, where they have one.
  public var split: DatasetSplit?
  /// Images by name, opened when asked for.
  public var images: [CaseImage] = []
  /// What is known of the case, in the owners' names and order.
  public var fields: [CaseField] = []

  public init(id: String, group: String? = nil, split: DatasetSplit? = nil) {
    self.id = id
    self.group = group ?? id
    self.split = split
  }

  public subscript(field name: String) -> FieldValue? { fields.first { $0.name == name }?.value }

  public mutating func add(_ name: String, _ value: FieldValue) { fields.append(CaseField(name, value)) }

  /// Reads all images and labels.
  public func subject() throws -> Subject {
    var subject = Subject()
    for image in images { subject[image.name] = try image.load() }
    return subject
  }
}

/// Which part of a data set a case belongs to.
public enum DatasetSplit: String, Codable, CaseIterable, Sendable { case training, validation, test }

/// An image of a case that waits in its files.
public struct CaseImage: Sendable {
  public enum Role: String, Codable, Sendable { case scan, labels }

  /// `image` and `label` are what training uses; others are extra.
  public var name: String
  public var role: Role
  /// The files it is read from.
  public var files: [URL]
  private let look: (@Sendable () throws -> Grid)?
  private let read: @Sendable () throws -> Subject.Image

  /// - Parameter look: the grid, and errors that reading would throw, without the voxels; by default the header of
  ///   the file where there is one only.
  public init(
    _ name: String, role: Role, files: [URL], look: (@Sendable () throws -> Grid)? = nil,
    read: @escaping @Sendable () throws -> Subject.Image
  ) {
    self.name = name
    self.role = role
    self.files = files
    self.look = look
    self.read = read
  }

  /// A scan that one file holds.
  public init(scan name: String = "image", file: URL) {
    self.init(name, role: .scan, files: [file]) { .scalar(try ScalarImage(contentsOf: file)) }
  }

  /// A label map that one file holds.
  public init(labels name: String = "label", file: URL) {
    self.init(name, role: .labels, files: [file]) { .labels(try LabelMap(contentsOf: file)) }
  }

  public func load() throws -> Subject.Image { try read() }

  /// Where the image lies, without its voxels; nil where only reading tells.
  public func grid() throws -> Grid? {
    if let look { return try look() }
    return files.count == 1 ? try ImageFile.open(files[0]).header.grid : nil
  }
}

/// A named value of a case.
public struct CaseField: Hashable, Sendable {
  public var name: String
  public var value: FieldValue

  public init(_ name: String, _ value: FieldValue) {
    self.name = name
    self.value = value
  }
}

/// A value of a table or a description.
public enum FieldValue: Hashable, Sendable {
  case text(String)
  case number(Double)
  case flag(Bool)
  case list([FieldValue])
  /// The owners left it open.
  case missing

  public var text: String? { if case .text(let text) = self { text } else { nil } }
  public var number: Double? { if case .number(let number) = self { number } else { nil } }

  /// For people and for CSV: numbers as short as they are exact, lists joined by semicolons.
  public var plain: String {
    switch self {
    case .text(let text): text
    case .number(let number):
      if let whole = Int(exactly: number) { String(whole) } else { String(number) }
    case .flag(let flag): flag ? "true" : "false"
    case .list(let values): values.map(\.plain).joined(separator: "; ")
    case .missing: ""
    }
  }
}

extension FieldValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number):
      if let whole = Int(exactly: number) {
        try container.encode(whole)
      } else {
        try container.encode(number)
      }
    case .flag(let flag): try container.encode(flag)
    case .list(let values): try container.encode(values)
    case .missing: try container.encodeNil()
    }
  }
}
