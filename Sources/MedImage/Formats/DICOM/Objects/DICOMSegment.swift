import Foundation

/// What one segment of a segmentation is.
public struct DICOMSegment: Hashable, Codable, Sendable {
  public enum Algorithm: String, Codable, Sendable {
    case automatic = "AUTOMATIC"
    case semiautomatic = "SEMIAUTOMATIC"
    case manual = "MANUAL"
  }

  /// The segment's number, from 1, and its class number in label maps.
  public var number: Int
  public var name: String
  public var note: String?
  /// The property's category, such as tissue or morphologically abnormal structure.
  public var category: DICOMCode?
  /// What it is, such as liver or mass.
  public var property: DICOMCode?
  public var modifiers: [DICOMCode]
  /// Where in the body it lies.
  public var region: DICOMCode?
  public var algorithm: Algorithm?
  public var algorithmName: String?
  /// The recommended color: red, green, blue.
  public var color: [UInt8]?
  /// What names the same finding in several objects.
  public var trackingName: String?
  public var trackingUID: String?

  public init(
    number: Int, name: String, note: String? = nil, category: DICOMCode? = nil, property: DICOMCode? = nil,
    modifiers: [DICOMCode] = [], region: DICOMCode? = nil, algorithm: Algorithm? = nil,
    algorithmName: String? = nil, color: [UInt8]? = nil, trackingName: String? = nil,
    trackingUID: String? = nil
  ) {
    self.number = number
    self.name = name
    self.note = note
    self.category = category
    self.property = property
    self.modifiers = modifiers
    self.region = region
    self.algorithm = algorithm
    self.algorithmName = algorithmName
    self.color = color
    self.trackingName = trackingName
    self.trackingUID = trackingUID
  }

  /// "Liver, Organ (SCT 10200004), AUTOMATIC by net 2, #dd8265".
  public var summary: String {
    var words = [name]
    if let property { words.append("\(property)") }
    if let region { words.append("in \(region)") }
    if let algorithm { words.append(algorithm.rawValue + (algorithmName.map { " by \($0)" } ?? "")) }
    if let color {
      words.append("#" + color.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
    return words.joined(separator: ", ")
  }
}

extension DICOMSegment {
  private enum Tag {
    static let number = DICOMTag(0x0062, 0x0004)
    static let label = DICOMTag(0x0062, 0x0005)
    static let note = DICOMTag(0x0062, 0x0006)
    static let algorithm = DICOMTag(0x0062, 0x0008)
    static let algorithmName = DICOMTag(0x0062, 0x0009)
    static let category = DICOMTag(0x0062, 0x0003)
    static let property = DICOMTag(0x0062, 0x000f)
    static let modifiers = DICOMTag(0x0062, 0x0011)
    static let region = DICOMTag(0x0008, 0x2218)
    static let color = DICOMTag(0x0062, 0x000d)
    static let trackingName = DICOMTag(0x0062, 0x0020)
    static let trackingUID = DICOMTag(0x0062, 0x0021)
  }

  /// - Parameter item: of the segment sequence; nil where it lacks a number.
  init?(_ item: DICOMDataSet) {
    guard let number = item.integer(Tag.number), (0...65535).contains(number) else { return nil }
    let color = item.numbers(Tag.color)
    self.init(
      number: number, name: item.text(Tag.label) ?? "segment \(number)", note: item.text(Tag.note),
      category: item.code(Tag.category), property: item.code(Tag.property),
      modifiers: (item.items(Tag.property).first?.items(Tag.modifiers) ?? []).compactMap { DICOMCode($0) },
      region: item.code(Tag.region), algorithm: item.text(Tag.algorithm).flatMap { Algorithm(rawValue: $0) },
      algorithmName: item.text(Tag.algorithmName), color: color.count == 3 ? DICOMColor.rgb(color) : nil,
      trackingName: item.text(Tag.trackingName), trackingUID: item.text(Tag.trackingUID))
  }

  /// The item that says so; what the standard demands and nobody gave is filled with the least it may be.
  var item: DICOMDataSet {
    var item = DICOMDataSet()
    item.set(Tag.number, shorts: number)
    item.set(Tag.label, name: name)
    if let note { item.set(Tag.note, "ST", note) }
    let kind = algorithm ?? .automatic
    item.set(Tag.algorithm, "CS", kind.rawValue)
    if kind != .manual { item.set(Tag.algorithmName, name: algorithmName ?? "unknown") }
    item.set(
      Tag.category, items: [(category ?? DICOMCode("85756007", "SCT", "Tissue")).item])
    var property = (property ?? DICOMCode("85756007", "SCT", "Tissue")).item
    if !modifiers.isEmpty { property.set(Tag.modifiers, items: modifiers.map(\.item)) }
    item.set(Tag.property, items: [property])
    if let region { item.set(Tag.region, items: [region.item]) }
    if let color, color.count == 3 {
      let lab = DICOMColor.lab(color)
      item.set(Tag.color, shorts: lab[0], lab[1], lab[2])
    }
    if let trackingName, let trackingUID {
      item.set(Tag.trackingName, "UT", trackingName)
      item.set(Tag.trackingUID, "UI", trackingUID)
    }
    return item
  }
}

/// Colors as DICOM recommends them: CIELab in 16 bits each (PS3.3 C.10.7.1.1).
///
/// The white point is that of sRGB, D65, as nearly all writers of such objects have it, although the standard's
/// profile connection space has D50.
enum DICOMColor {
  private static let white = [0.950_47, 1.0, 1.088_83]

  /// sRGB, cut to its gamut.
  static func rgb(_ lab: [Double]) -> [UInt8] {
    let l = lab[0] * 100 / 65535
    let (a, b) = (lab[1] * 255 / 65535 - 128, lab[2] * 255 / 65535 - 128)
    let y = (l + 16) / 116
    func back(_ t: Double) -> Double { t > 6.0 / 29 ? t * t * t : 3 * 36.0 / 841 * (t - 4.0 / 29) }
    let xyz = [back(y + a / 500) * white[0], back(y), back(y - b / 200) * white[2]]
    let rows = [
      [3.240_454_2, -1.537_138_5, -0.498_531_4], [-0.969_266, 1.876_010_8, 0.041_556],
      [0.055_643_4, -0.204_025_9, 1.057_225_2],
    ]
    return rows.map { row in
      let linear = min(max(zip(row, xyz).map(*).reduce(0, +), 0), 1)
      let value = linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
      return UInt8((value * 255).rounded())
    }
  }

  static func lab(_ rgb: [UInt8]) -> [Int] {
    let linear = rgb.map { byte -> Double in
      let value = Double(byte) / 255
      return value <= 0.040_45 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let rows = [
      [0.412_456_4, 0.357_576_1, 0.180_437_5], [0.212_672_9, 0.715_152_2, 0.072_175],
      [0.019_333_9, 0.119_192, 0.950_304_1],
    ]
    let f = zip(rows, white).map { row, white -> Double in
      let t = zip(row, linear).map(*).reduce(0, +) / white
      return t > 216.0 / 24389 ? pow(t, 1.0 / 3) : t * 841 / 108 + 4.0 / 29
    }
    func scaled(_ value: Double, _ range: Double) -> Int {
      Int(min(max((value * 65535 / range).rounded(), 0), 65535))
    }
    return [
      scaled(116 * f[1] - 16, 100), scaled(500 * (f[0] - f[1]) + 128, 255),
      scaled(200 * (f[1] - f[2]) + 128, 255),
    ]
  }
}
