extension DICOMReport.Measurement: CustomStringConvertible {
  /// "Volume (mean) = 12.5 mm3 in Liver".
  public var description: String {
    var text = name.meaning
    if let derivation { text += " (\(derivation.meaning))" }
    if let value {
      text += " = " + DICOMDataSet.decimal(value)
      if let unit, unit.value != "1" { text += " \(unit.value)" }
    } else {
      text += " = none" + (qualifier.map { ": \($0.meaning)" } ?? "")
    }
    if let site { text += " in \(site.meaning)" }
    return text
  }
}

extension DICOMReport.Group: CustomStringConvertible {
  /// "Lesion 1: Mass in Liver; Long Axis = 12 mm, Volume = 900 mm3".
  public var description: String {
    var text = trackingName ?? trackingUID ?? "a finding"
    let what = [finding?.meaning, site.map { "in \($0.meaning)" }].compactMap { $0 }.joined(separator: " ")
    if !what.isEmpty { text += ": \(what)" }
    let results =
      measurements.map(\.description) + evaluations.map { "\($0.name.meaning) = \($0.value.meaning)" }
    return results.isEmpty ? text : text + "; " + results.joined(separator: ", ")
  }
}
