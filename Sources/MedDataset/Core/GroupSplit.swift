import MedVoxel

/// Parts cases for training and testing; a group, such as a patient, never stands on both sides.
public enum GroupSplit {
  /// Keeps the owners' split where every case has one; otherwise draws groups for the test set.
  ///
  /// - Parameters:
  ///   - testShare: the share of cases for testing, from 0 to below 1; groups are added until it is reached.
  ///   - seed: the same seed draws the same groups.
  /// - Returns: the cases for training and for testing, in the given order.
  public static func parted(
    _ cases: [DatasetCase], testShare: Double, seed: UInt64
  ) -> (training: [DatasetCase], test: [DatasetCase], isOfficial: Bool) {
    let testGroups = Set(cases.filter { $0.split == .test }.map(\.group))
    let crossing = cases.contains { $0.split != .test && testGroups.contains($0.group) }
    if cases.allSatisfy({ $0.split != nil }), !testGroups.isEmpty, !crossing {
      return (cases.filter { $0.split != .test }, cases.filter { $0.split == .test }, true)
    }
    var sizes: [(group: String, count: Int)] = []
    var position: [String: Int] = [:]
    for item in cases {
      if let index = position[item.group] {
        sizes[index].count += 1
      } else {
        position[item.group] = sizes.count
        sizes.append((item.group, 1))
      }
    }
    var random = RandomStream(seed: seed).stream("split")
    sizes.shuffle(using: &random)
    let wanted = (Double(cases.count) * testShare).rounded()
    var chosen: Set<String> = []
    var count = 0
    for (group, size) in sizes where Double(count) < wanted && chosen.count < sizes.count - 1 {
      chosen.insert(group)
      count += size
    }
    return (
      cases.filter { !chosen.contains($0.group) }, cases.filter { chosen.contains($0.group) }, false
    )
  }
}
