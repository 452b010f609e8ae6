public import Foundation
import MedVoxel

/// The elements of a DICOM data set, in the order of their tags.
///
/// Values are kept as the file has them; what they mean is asked for: `data.text(tag)`, `data.items(tag)`.
public struct DICOMDataSet: Hashable, Sendable {
  public private(set) var elements: [DICOMElement] = []

  public init() {}

  /// - Parameter elements: the last one of a tag counts.
  public init(_ elements: [DICOMElement]) {
    for element in elements { self[element.tag] = element }
  }

  /// Everything before the pixels. Of the file's own head (group 2) only the transfer syntax is taken over.
  ///
  /// - Throws: `ImageError` when the file is missing or no DICOM data set.
  /// - Complexity: reads the file up to its pixels, and copies each value once.
  public init(contentsOf url: URL) throws(ImageError) { try self.init(FileSource(url)) }

  public init(_ source: FileSource) throws(ImageError) { self.init(try DICOMFile(source)) }

  public subscript(tag: DICOMTag) -> DICOMElement? {
    get {
      let place = place(of: tag)
      return place < elements.count && elements[place].tag == tag ? elements[place] : nil
    }
    set {
      let place = place(of: tag)
      let isThere = place < elements.count && elements[place].tag == tag
      guard let newValue else {
        if isThere { elements.remove(at: place) }
        return
      }
      if isThere { elements[place] = newValue } else { elements.insert(newValue, at: place) }
    }
  }

  /// Where the tag's element is, or belongs.
  private func place(of tag: DICOMTag) -> Int {
    if let last = elements.last, last.tag < tag { return elements.count }
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if elements[middle].tag < tag { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The whole value; nil where it is absent or empty.
  public func text(_ tag: DICOMTag) -> String? {
    guard let text = self[tag]?.text, !text.isEmpty else { return nil }
    return text
  }

  public func texts(_ tag: DICOMTag) -> [String] { text(tag) == nil ? [] : self[tag]?.texts ?? [] }

  public func numbers(_ tag: DICOMTag) -> [Double] { self[tag]?.numbers ?? [] }

  public func number(_ tag: DICOMTag) -> Double? { numbers(tag).first }

  /// A whole number that fits.
  public func integer(_ tag: DICOMTag) -> Int? { number(tag).flatMap { Int(exactly: $0) } }

  /// The items of a sequence; empty where it is absent.
  public func items(_ tag: DICOMTag) -> [DICOMDataSet] { self[tag]?.items ?? [] }

  /// Calls `body` for each element, those inside of sequences after their sequence, with the tags on the way.
  public func forEachElement(_ body: (_ path: [DICOMTag], _ element: DICOMElement) -> Void) {
    visit([], body)
  }

  private func visit(_ path: [DICOMTag], _ body: ([DICOMTag], DICOMElement) -> Void) {
    for element in elements {
      body(path, element)
      for item in element.items { item.visit(path + [element.tag], body) }
    }
  }
}
