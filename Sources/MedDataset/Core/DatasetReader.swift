import Foundation
import MedVoxel

/// Reads one data set in the layout its owners publish. A new data set is one file with a conforming type and a line
/// in `DatasetReaders.all`.
///
/// A reader looks at names and small tables only; images are opened when somebody asks for them.
public protocol DatasetReader: Sendable {
  /// The catalog's id of the data set.
  var id: String { get }
  /// What the cases are made of, and what the classes and channels are called.
  var form: DatasetForm { get }

  /// Whether a folder looks like this data set: a quick look at a few names.
  func recognizes(_ folder: DatasetFolderView) -> Bool

  /// All cases below a folder, in a fixed order.
  ///
  /// What is wrong with a file is a problem of the log, and its case is left out or lacks the part; an error is thrown
  /// only where nothing can be read at all.
  func cases(in folder: DatasetFolderView, log: DatasetLog) throws -> [DatasetCase]

  /// Writes a small synthetic copy in the owners' exact layout.
  ///
  /// The same seed writes the same bytes. No value comes from the data set itself.
  func mimic(_ writer: MimicWriter) throws
}

/// What a data set's cases are made of.
public struct DatasetForm: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, Sendable {
    /// Images with label maps.
    case images
    /// Rows of a table.
    case table
    /// Texts with answers.
    case text
  }

  public var kind: Kind
  /// Channels of the image, in order; empty for tables and texts.
  public var channels: [String]
  /// Names of the classes, number 0 first: of the label map for images, of the target for tables and texts.
  public var classes: [String]
  /// The field that is to be predicted, for tables and texts.
  public var target: String?
  /// What a group is, such as "patient": cases of one group never part in a split.
  public var group: String

  public init(
    kind: Kind, channels: [String] = [], classes: [String] = [], target: String? = nil,
    group: String = "patient"
  ) {
    self.kind = kind
    self.channels = channels
    self.classes = classes
    self.target = target
    self.group = group
  }
}

/// All readers, by the order of their ids.
public enum DatasetReaders {
  public static let all: [any DatasetReader] = [DRIVE(), KiTS19(), LIDC(), PubMedQA()] + UCITables.all

  public static func reader(_ id: String) -> (any DatasetReader)? { all.first { $0.id == id } }
}
