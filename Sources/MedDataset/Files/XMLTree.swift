import Foundation

/// The elements of an XML file, read strictly.
///
/// Names are local names: prefixes and namespaces are dropped. Comments and processing instructions are not kept. A
/// document type that declares entities is refused, so that nothing can be made to grow ("entity bombs") and nothing
/// outside of the file is ever read.
struct XMLTree: Sendable {
  struct Element: Sendable {
    var name: String
    var attributes: [Attribute] = []
    /// The element's own text, without that of its children and without blanks at its ends.
    var text = ""
    var children: [Element] = []
    /// Where its start tag stands, from 1.
    var line: Int

    func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
    /// The first child of a name.
    func child(_ name: String) -> Element? { children.first { $0.name == name } }
    /// All children of a name, in order.
    func all(_ name: String) -> [Element] { children.filter { $0.name == name } }
    /// The text of the first child of a name; nil when there is none.
    func text(of name: String) -> String? { child(name)?.text }
  }

  struct Attribute: Hashable, Sendable {
    var name: String
    var value: String
  }

  var root: Element

  /// The most elements inside of each other.
  static let deepest = 256
  /// Larger files are refused.
  static let largestFile = 32 << 20

  /// - Throws: `DatasetError` with line and column for what is no well-formed XML, in an unknown encoding, nested deeper
  ///   than `deepest`, larger than `largestFile`, or declares entities.
  /// - Complexity: O(bytes); memory about 40 bytes a byte at worst.
  init(contentsOf url: URL) throws(DatasetError) {
    try self.init(TextFile.bytes(url, limit: Self.largestFile), name: url.path)
  }

  init(_ data: Data, name: String) throws(DatasetError) {
    root = try XMLTreeBuilder.parse([UInt8](data), name: name)
  }
}
