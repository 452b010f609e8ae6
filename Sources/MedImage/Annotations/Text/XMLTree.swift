package import Foundation

/// The elements of an XML file, read strictly.
///
/// Names are local names: prefixes and namespaces are dropped. Comments and processing instructions are not kept. A
/// document type that declares entities is refused, so that nothing can be made to grow ("entity bombs") and nothing
/// outside of the file is ever read.
package struct XMLTree: Sendable {
  package struct Element: Sendable {
    package var name: String
    package var attributes: [Attribute] = []
    /// The element's own text, without that of its children and without blanks at its ends.
    package var text = ""
    package var children: [Element] = []
    /// Where its start tag stands, from 1.
    package var line: Int

    package func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
    /// The first child of a name.
    package func child(_ name: String) -> Element? { children.first { $0.name == name } }
    /// All children of a name, in order.
    package func all(_ name: String) -> [Element] { children.filter { $0.name == name } }
    /// The text of the first child of a name; nil when there is none.
    package func text(of name: String) -> String? { child(name)?.text }
  }

  package struct Attribute: Hashable, Sendable {
    package var name: String
    package var value: String
  }

  package var root: Element

  /// The most elements inside of each other.
  package static let deepest = 256
  /// Larger files are refused.
  package static let largestFile = 128 << 20

  /// - Throws: `ImageError` with line and column for what is no well-formed XML, in an unknown encoding, nested deeper
  ///   than `deepest`, larger than `largestFile`, or declares entities.
  /// - Complexity: O(bytes); memory about 40 bytes a byte at worst.
  package init(contentsOf url: URL) throws(ImageError) {
    let source = try FileSource(url)
    try self.init(source.bytes(upTo: Self.largestFile), name: source.name)
  }

  package init(_ bytes: [UInt8], name: String) throws(ImageError) {
    root = try XMLTreeBuilder.parse(bytes, name: name)
  }
}
