import Foundation

/// The table of RESULTS.md out of both sides' measurements.
enum Table {
  static func text(ours: [Measurement], peers: [Measurement]) -> String {
    var rows = ["| work | ours (best) | peer (best) | ratio |", "|---|---|---|---|"]
    for own in ours {
      let matching = peers.filter { peerName(own.work, matches: $0.work) }
      let mine = format(own.best, own.unit)
      if matching.isEmpty { rows.append("| \(own.work) | \(mine) | – | – |") }
      for peer in matching {
        let ratio = String(format: "%.2f×", peer.best / own.best)
        rows.append(
          "| \(own.work) | \(mine) | \(peer.peer ?? "peer") \(format(peer.best, peer.unit)) | \(ratio) |")
      }
    }
    return rows.joined(separator: "\n")
  }

  /// Variants of ours ("…, bfloat16") stand beside the same work of the peer.
  private static func peerName(_ ours: String, matches theirs: String) -> Bool {
    ours == theirs || ours.hasPrefix(theirs + ", ") || (theirs == "start" && ours.hasPrefix("start of "))
  }

  private static func format(_ value: Double, _ unit: String) -> String {
    value < 10 ? String(format: "%.2f ", value) + unit : String(format: "%.0f ", value) + unit
  }

  static func read(_ path: String) throws -> [Measurement] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("{") }
      .map { try JSONDecoder().decode(Measurement.self, from: Data($0.utf8)) }
  }
}
