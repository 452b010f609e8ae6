import CGDCM

/// The number of a DICOM element: group and element.
public struct DICOMTag: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var group: UInt16
  public var element: UInt16

  public init(_ group: UInt16, _ element: UInt16) {
    self.group = group
    self.element = element
  }

  public static func < (a: DICOMTag, b: DICOMTag) -> Bool {
    (a.group, a.element) < (b.group, b.element)
  }

  /// Elements of odd groups mean what their maker says.
  public var isPrivate: Bool { group % 2 == 1 }

  /// The standard's name of the element, such as "PatientName"; nil where its dictionary has none.
  public var keyword: String? {
    let name = lookUp().keyword
    return name.isEmpty ? nil : name
  }

  /// The element's value representation in the standard's dictionary.
  var representation: String? {
    let name = lookUp().representation
    return name.isEmpty ? nil : name
  }

  private func lookUp() -> (representation: String, keyword: String) {
    var letters = [CChar](repeating: 0, count: 3)
    var name = [CChar](repeating: 0, count: 128)
    cg_look_up(group, element, &letters, &name, name.count)
    func text(_ bytes: [CChar]) -> String {
      String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return (text(letters), text(name))
  }

  /// "(0010,0010)".
  public var description: String { "(\(hex(group)),\(hex(element)))" }

  /// "(0010,0010) PatientName".
  public var name: String { keyword.map { "\(description) \($0)" } ?? description }

  private func hex(_ number: UInt16) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension DICOMTag {
  static let transferSyntax = DICOMTag(0x0002, 0x0010)
  static let sopClass = DICOMTag(0x0008, 0x0016)
  static let sopInstance = DICOMTag(0x0008, 0x0018)
  static let modality = DICOMTag(0x0008, 0x0060)
  static let seriesDescription = DICOMTag(0x0008, 0x103e)
  static let referencedClass = DICOMTag(0x0008, 0x1150)
  static let referencedInstance = DICOMTag(0x0008, 0x1155)
  static let sliceThickness = DICOMTag(0x0018, 0x0050)
  static let sliceSpacing = DICOMTag(0x0018, 0x0088)
  static let study = DICOMTag(0x0020, 0x000d)
  static let series = DICOMTag(0x0020, 0x000e)
  static let position = DICOMTag(0x0020, 0x0032)
  static let orientation = DICOMTag(0x0020, 0x0037)
  static let frameOfReference = DICOMTag(0x0020, 0x0052)
  static let frameCount = DICOMTag(0x0028, 0x0008)
  static let rows = DICOMTag(0x0028, 0x0010)
  static let columns = DICOMTag(0x0028, 0x0011)
  static let pixelSpacing = DICOMTag(0x0028, 0x0030)
  static let bitsAllocated = DICOMTag(0x0028, 0x0100)
  static let sharedGroups = DICOMTag(0x5200, 0x9229)
  static let frameGroups = DICOMTag(0x5200, 0x9230)
  static let pixelData = DICOMTag(0x7fe0, 0x0010)

  // Codes: what something is, in the terms of a coding scheme.
  static let codeValue = DICOMTag(0x0008, 0x0100)
  static let codingScheme = DICOMTag(0x0008, 0x0102)
  static let codeMeaning = DICOMTag(0x0008, 0x0104)
}
