public import MedRecord

extension EvaluationRecord {
  /// The scores as comma-separated values (RFC 4180), a line for each case and class; an undefined value is
  /// empty and a missed structure `inf`.
  public var csv: String {
    let header = [
      "case", "class_number", "class", "dice", "iou", "hausdorff_mm", "hausdorff95_mm", "assd_mm",
      "surface_dice", "predicted_ml", "true_ml",
    ]
    let rows = cases.flatMap { item in
      item.scores.map { score -> [String] in
        let name = score.classNumber < classNames.count ? classNames[score.classNumber] : ""
        let values: [Double?] = [
          score.dice, score.iou, score.hausdorff, score.hausdorff95, score.averageSurfaceDistance,
          score.surfaceDice, score.predictedVolume, score.trueVolume,
        ]
        return [item.id, "\(score.classNumber)", name] + values.map { $0.map { "\($0)" } ?? "" }
      }
    }
    return ([header] + rows).map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private func quoted(_ field: String) -> String {
    let special: Set<Character> = [",", "\"", "\n", "\r", "\r\n"]
    guard field.contains(where: special.contains) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
