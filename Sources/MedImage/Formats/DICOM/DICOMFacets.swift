import MedVoxel

/// What tells images at one place apart: echoes, diffusion weightings, phases, times.
struct DICOMFacets: Hashable, Sendable {
  /// In the order in which they sort, under the standard's names.
  enum Name: Int, CaseIterable, Sendable {
    case segment, temporalPosition, echoTime, diffusionBValue, triggerTime, inversionTime, flipAngle,
      frameType
    case acquisitionTime

    var text: String {
      switch self {
      case .segment: "ReferencedSegmentNumber"
      case .temporalPosition: "TemporalPositionIndex"
      case .echoTime: "EchoTime"
      case .diffusionBValue: "DiffusionBValue"
      case .triggerTime: "TriggerTime"
      case .inversionTime: "InversionTime"
      case .flipAngle: "FlipAngle"
      case .frameType: "ComplexImageComponent"
      case .acquisitionTime: "AcquisitionTime"
      }
    }
  }

  /// Who made the file: b-values stood in private elements before the standard had one.
  enum Vendor: Sendable {
    case siemens, ge, philips, united, other

    init(_ data: DICOMElements) {
      let name = data.text(0x0008_0070)?.lowercased() ?? ""
      self =
        name.contains("siemens")
        ? .siemens
        : name.contains("ge medical") || name.hasPrefix("ge ")
          ? .ge
          : name.contains("philips")
            ? .philips
            : name.contains("united imaging") || name.contains("uih") ? .united : .other
    }
  }

  private var values = SIMD16<Double>(repeating: .nan)

  subscript(name: Name) -> Double? {
    get { values[name.rawValue].isNaN ? nil : values[name.rawValue] }
    set { values[name.rawValue] = newValue ?? .nan }
  }

  static func == (a: DICOMFacets, b: DICOMFacets) -> Bool { Name.allCases.allSatisfy { a[$0] == b[$0] } }

  func hash(into hasher: inout Hasher) { for name in Name.allCases { hasher.combine(self[name]) } }

  /// Times of a whole file say nothing of its frames.
  mutating func dropPlaces() { (self[.acquisitionTime], self[.triggerTime]) = (nil, nil) }

  mutating func read(_ data: DICOMElements, of vendor: Vendor) {
    func take(_ name: Name, _ value: Double?) { if let value { self[name] = value } }
    take(.segment, data.number(0x0062_000b, kind: .short))
    take(.temporalPosition, data.number(0x0020_9128, kind: .long) ?? data.number(0x0020_0100))
    take(.echoTime, data.number(0x0018_9082, kind: .double) ?? data.number(0x0018_0081))
    take(.diffusionBValue, data.number(0x0018_9087, kind: .double) ?? Self.privateBValue(data, vendor))
    take(.triggerTime, data.number(0x0020_9153, kind: .double) ?? data.number(0x0018_1060))
    take(.inversionTime, data.number(0x0018_9079, kind: .double) ?? data.number(0x0018_0082))
    take(.flipAngle, data.number(0x0018_1314))
    take(.frameType, Self.component(data, vendor))
    take(.acquisitionTime, Self.seconds(data.text(0x0018_9074) ?? data.text(0x0008_0032)))
  }

  /// s/mm².
  private static func privateBValue(_ data: DICOMElements, _ vendor: Vendor) -> Double? {
    switch vendor {
    case .siemens: data.number(0x0019_100c)
    // GE adds a thousand million to mark values of a certain kind.
    case .ge: data.number(0x0043_1039).map { $0.truncatingRemainder(dividingBy: 1e6) }
    case .philips: data.number(0x2001_1003, kind: .float)
    case .united: data.number(0x0065_1009, kind: .double)
    case .other: nil
    }
  }

  /// Magnitude 0, phase 1, real part 2, imaginary part 3.
  private static func component(_ data: DICOMElements, _ vendor: Vendor) -> Double? {
    if let name = data.text(0x0008_9208) {
      return ["MAGNITUDE", "PHASE", "REAL", "IMAGINARY"].firstIndex(of: name).map { Double($0) }
    }
    if vendor == .ge, let number = data.number(0x0043_102f, kind: .signedShort) { return number }
    guard data.text(0x0008_0060) == "MR" || data.has(0x0018_0081) else { return nil }
    for word in data.texts(0x0008_0008).dropFirst(2) {
      switch word {
      case "M", "M_FFE", "M_SE", "M_IR", "MAGNITUDE": return 0
      case "P", "PHASE MAP", "PHASE": return 1
      case "R", "REAL": return 2
      case "I", "IMAGINARY": return 3
      default: continue
      }
    }
    return nil
  }

  /// Seconds since midnight of a time (HHMMSS.FFFFFF), or of a date and time.
  static func seconds(_ text: String?) -> Double? {
    guard let text else { return nil }
    var digits = text.filter { $0 != ":" }[...]
    digits = digits.prefix { $0 != "+" && $0 != "-" }
    let whole = digits.prefix { $0.isNumber }
    guard whole.allSatisfy(\.isASCII) else { return nil }
    // A date of eight digits before the time.
    let time = whole.count > 6 ? digits.dropFirst(8) : digits
    guard time.count >= 2, let hours = Double(time.prefix(2)) else { return nil }
    let minutes = Double(time.dropFirst(2).prefix(2)) ?? 0
    let seconds = Double(time.dropFirst(4)) ?? 0
    return hours * 3600 + minutes * 60 + seconds
  }

  /// A value as it is shown.
  static func text(_ name: Name, _ value: Double) -> String {
    if name == .frameType { return ["magnitude", "phase", "real", "imaginary"][min(3, max(0, Int(value)))] }
    let isWhole = value == value.rounded() && abs(value) < 1e15
    return isWhole ? "\(Int(value))" : "\((value * 1e4).rounded() / 1e4)"
  }
}
