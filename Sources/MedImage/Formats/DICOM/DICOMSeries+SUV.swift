import Foundation
import MedVoxel

extension DICOMSeries {
  /// What a PET series' real values are multiplied by to become standardized uptake values by body weight
  /// (g/ml).
  ///
  /// The value is `weight / dose`, with the dose decayed to the time that the images are corrected to. Images in
  /// counts are taken from the makers' private factors (Philips); those in g/ml are SUVs already.
  ///
  /// - Throws: `ImageError` that names what the files lack: an unknown factor is not guessed.
  /// - Source: QIBA's vendor-neutral pseudo-code for SUV; DICOM PS3.3, C.8.9.1 and C.8.9.2.
  public func suvFactor() throws(ImageError) -> Double {
    guard let first = instances.first else { throw ImageError("the series has no images") }
    let source = try first.place.source()
    let data = try DICOMFile(source).data
    func refused(_ why: String) -> ImageError {
      ImageError(
        "standardized uptake values can't be computed: \(why)", at: source.name,
        remedy:
          "read the series without the conversion; its values are in \(data.text(0x0054_1001) ?? "unknown units")"
      )
    }
    guard data.text(0x0008_0060) == "PT" else {
      throw refused("expected a PET series, found modality \(data.text(0x0008_0060) ?? "unknown")")
    }
    var factor = 1.0
    switch data.text(0x0054_1001) {
    case "BQML": break
    case "GML":
      let kind = data.text(0x0054_1006) ?? "BW"
      guard kind == "BW" else { throw refused("the images are SUVs of another kind, \(kind)") }
      return 1
    case "CNTS":
      let block = data.privateBlock(0x7053, "Philips PET Private Group") ?? 0x7053_1000
      if let own = data.number(block | 0x00), own > 0 { return own }
      guard let activity = data.number(block | 0x09), activity > 0 else {
        throw refused("the images are in counts and give no factor to activity")
      }
      factor = activity
    case let units: throw refused("expected Units (0054,1001) BQML, CNTS or GML, found \(units ?? "none")")
    }
    let corrections = data.texts(0x0028_0051)
    let lacking = ["ATTN", "DECY"].filter { !corrections.contains($0) }
    guard lacking.isEmpty else { throw refused("the images lack the corrections \(lacking) (0028,0051)") }
    guard let weight = data.number(0x0010_1030), weight > 0 else {
      throw refused("PatientWeight (0010,1030) is missing")
    }
    guard let drug = data.item(0x0054_0016), let dose = drug.number(0x0018_1074), dose > 0 else {
      throw refused("RadionuclideTotalDose (0018,1074) is missing")
    }
    guard let halfLife = drug.number(0x0018_1075), halfLife > 0 else {
      throw refused("RadionuclideHalfLife (0018,1075) is missing")
    }
    switch data.text(0x0054_1102) {
    case "ADMIN": return factor * weight * 1000 / dose
    case "START": break
    case let kind:
      throw refused("expected DecayCorrection (0054,1102) START or ADMIN, found \(kind ?? "none")")
    }
    guard let scan = scanTime(data) else {
      throw refused("the series' time is later than its images', or one is missing")
    }
    guard let elapsed = Self.elapsed(drug, until: scan, data) else {
      throw refused("the time of injection (0018,1078 or 0018,1072) is missing")
    }
    guard elapsed >= 0, elapsed < 10 * halfLife else {
      throw refused(
        "the injection is \(rounded(elapsed)) s before the scan, with a half-life of \(rounded(halfLife)) s")
    }
    return factor * weight * 1000 / (dose * exp2(-elapsed / halfLife))
  }

  /// The start of the scan: the series' time, unless a later processing has set it; then GE's own.
  private func scanTime(_ data: DICOMElements) -> Double? {
    guard let series = Self.time(data.text(0x0008_0021), data.text(0x0008_0031)) else { return nil }
    let acquired = Self.time(data.text(0x0008_0022), data.text(0x0008_0032))
    let earliest = frames.compactMap { $0.place.facets[.acquisitionTime] }.min()
    let day = acquired.map { ($0 / 86400).rounded(.down) * 86400 }
    let first = [acquired, day.flatMap { day in earliest.map { day + $0 } }].compactMap { $0 }.min()
    guard let first else { return nil }
    if series <= first { return series }
    let block = data.privateBlock(0x0009, "GEMS_PETD_01")
    return block.flatMap { Self.moment(data.text($0 | 0x0d)) }
  }

  private static func elapsed(_ drug: DICOMElements, until scan: Double, _ data: DICOMElements) -> Double? {
    if let moment = moment(drug.text(0x0018_1078)) { return scan - moment }
    guard let seconds = DICOMFacets.seconds(drug.text(0x0018_1072)) else { return nil }
    // A time alone is of the scan's day, or of the one before.
    let ofDay = scan - (scan / 86400).rounded(.down) * 86400 - seconds
    return ofDay >= 0 ? ofDay : ofDay + 86400
  }

  private static func moment(_ text: String?) -> Double? {
    guard let text, text.count >= 10 else { return nil }
    return time(String(text.prefix(8)), String(text.dropFirst(8)))
  }

  /// Seconds since some day, of a date (YYYYMMDD) and a time.
  private static func time(_ date: String?, _ time: String?) -> Double? {
    let digits = (date ?? "").filter(\.isNumber)
    guard digits.count == 8, let number = Int(digits), let seconds = DICOMFacets.seconds(time) else {
      return nil
    }
    let (year, month, day) = (number / 10000, number / 100 % 100, number % 100)
    // Days of the proleptic Gregorian calendar, with years that begin in March.
    let shifted = month < 3 ? year - 1 : year
    let days =
      365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day
    return Double(days) * 86400 + seconds
  }
}
