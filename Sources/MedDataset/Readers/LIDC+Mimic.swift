import Foundation
import MedImage
import MedVoxel

extension LIDC {
  /// Small chests of 64×64×12 voxels with two nodules, outlined by four readers who agree in part; the first patient has
  /// a radiograph, too.
  public func mimic(_ writer: MimicWriter) throws {
    for number in 1...min(writer.caseCount, 9999) {
      let digits = String(number)
      let patient = "LIDC-IDRI-" + String(repeating: "0", count: 4 - digits.count) + digits
      var random = writer.random.stream(patient)
      let chest = SyntheticChest(patient: patient, &random)
      let folder = "LIDC-IDRI/\(patient)/\(chest.study)/\(chest.series)"
      for k in 0..<SyntheticChest.depth {
        // The first file is the uppermost slice.
        let name = String(repeating: "0", count: k < 9 ? 5 : 4) + "\(k + 1).dcm"
        try writer.write(Data(chest.slice(SyntheticChest.depth - 1 - k, &random)), to: "\(folder)/\(name)")
      }
      try writer.write(chest.annotations(&random), to: "\(folder)/\(68 + number).xml")
      guard number == 1 else { continue }
      let other = "LIDC-IDRI/\(patient)/\(SyntheticChest.uid(&random))/\(chest.radiographSeries)"
      try writer.write(Data(chest.radiograph()), to: "\(other)/000001.dcm")
      try writer.write(chest.radiographAnnotations, to: "\(other)/\(68 + number - 1).xml")
    }
  }
}

/// A synthetic scan: air, a body, two lungs and two nodules.
private struct SyntheticChest {
  static let (width, depth) = (64, 12)
  static let spacing = 2.5

  /// A ball, in voxels; slices are thicker than pixels.
  struct Ball {
    var x: Double
    var y: Double
    var k: Double
    var radius: Double

    func holds(_ x: Int, _ y: Int, _ k: Int) -> Bool {
      let (u, v, w) = (Double(x) - self.x, Double(y) - self.y, 3 * (Double(k) - self.k))
      return u * u + v * v + w * w < radius * radius
    }
  }

  var patient: String
  var study: String
  var series: String
  var radiographSeries: String
  private var frame: String
  private var slices: [String]
  private var nodules: [Ball]

  init(patient: String, _ random: inout RandomStream) {
    self.patient = patient
    (study, series) = (Self.uid(&random), Self.uid(&random))
    (radiographSeries, frame) = (Self.uid(&random), Self.uid(&random))
    slices = []
    for _ in 0..<Self.depth { slices.append(Self.uid(&random)) }
    func ball(_ x: Double, _ radius: Double, _ random: inout RandomStream) -> Ball {
      Ball(
        x: x + random.uniform(in: -2...2), y: 32 + random.uniform(in: -5...5),
        k: 5.5 + random.uniform(in: -2...2), radius: radius + random.uniform())
    }
    nodules = [ball(18, 6, &random), ball(46, 4.5, &random)]
  }

  /// Below the root for numbers that are nobody's.
  static func uid(_ random: inout RandomStream) -> String { "2.25.\(random.next())" }

  private static func height(_ k: Int) -> Double { -200 + spacing * Double(k) }

  // MARK: - Slices

  func slice(_ k: Int, _ random: inout RandomStream) -> [UInt8] {
    var pixels: [Int16] = []
    for y in 0..<Self.width {
      for x in 0..<Self.width {
        let (u, v) = (Double(x) - 31.5, Double(y) - 31.5)
        let isBody = u * u / 900 + v * v / 500 < 1
        let beside = abs(u) - 14
        let isLung = beside * beside / 120 + v * v / 260 < 1
        let isNodule = nodules.contains { $0.holds(x, y, k) }
        let density = isNodule ? 40.0 : isLung ? -850 : isBody ? 30 : -1000
        pixels.append(Int16((density + 15 * random.normal()).rounded()) + 1024)
      }
    }
    var file = common(modality: "CT", series: series, instance: Self.depth - k)
    file.add(0x0018, 0x0050, decimals: [Self.spacing])
    file.add(0x0018, 0x0060, decimals: [120])
    file.add(0x0020, 0x0012, "IS", "1")
    file.add(0x0020, 0x0032, decimals: [-22.4, -22.4, Self.height(k)])
    file.add(0x0020, 0x0037, decimals: [1, 0, 0, 0, 1, 0])
    file.add(uid: frame, 0x0020, 0x0052)
    file.add(0x0020, 0x1040, "LO", "")
    file.add(0x0020, 0x1041, decimals: [Self.height(k)])
    file.add(0x0028, 0x0030, decimals: [0.7, 0.7])
    file.add(0x0028, 0x1052, decimals: [-1024])
    file.add(0x0028, 0x1053, decimals: [1])
    file.add(0x0028, 0x1054, "LO", "HU")
    file.add(pixels: pixels)
    return file.file(objectClass: "1.2.840.10008.5.1.4.1.1.2", identity: slices[k])
  }

  func radiograph() -> [UInt8] {
    var file = common(modality: "DX", series: radiographSeries, instance: 1)
    file.add(pixels: [Int16](repeating: 500, count: Self.width * Self.width))
    return file.file(objectClass: "1.2.840.10008.5.1.4.1.1.1.1", identity: radiographSeries + ".1")
  }

  private func common(modality: String, series: String, instance: Int) -> DICOMWriter {
    var file = DICOMWriter()
    file.add(0x0008, 0x0008, "CS", modality == "CT" ? "ORIGINAL\\PRIMARY\\AXIAL" : "ORIGINAL\\PRIMARY")
    for (number, vr, text) in [
      (0x0020, "DA", "20000101"), (0x0030, "TM", ""), (0x0050, "SH", ""), (0x0060, "CS", modality),
      (0x0070, "LO", "SYNTHETIC"), (0x0090, "PN", ""),
    ] as [(UInt16, String, String)] { file.add(0x0008, number, vr, text) }
    for (number, vr, text) in [
      (0x0010, "PN", patient), (0x0020, "LO", patient), (0x0030, "DA", ""), (0x0040, "CS", ""),
    ] as [(UInt16, String, String)] { file.add(0x0010, number, vr, text) }
    file.add(uid: study, 0x0020, 0x000d)
    file.add(uid: series, 0x0020, 0x000e)
    file.add(0x0020, 0x0010, "SH", "")
    file.add(0x0020, 0x0011, "IS", modality == "CT" ? "2" : "1")
    file.add(0x0020, 0x0013, "IS", "\(instance)")
    file.add(0x0028, 0x0004, "CS", "MONOCHROME2")
    for (number, value) in [
      (0x0002, 1), (0x0010, Self.width), (0x0011, Self.width), (0x0100, 16), (0x0101, 16), (0x0102, 15),
      (0x0103, 1),
    ] as [(UInt16, Int)] { file.add(0x0028, number, short: value) }
    return file
  }

  // MARK: - Annotations

  /// Four readers: the fourth overlooks the second nodule, the first leaves a hole in the first.
  func annotations(_ random: inout RandomStream) -> String {
    var text = head("LidcReadMessage", series: series)
    for reader in 0..<4 {
      text += "<readingSession>\n<annotationVersion>3.12</annotationVersion>\n"
      text += "<servicingRadiologistID>anonymous</servicingRadiologistID>\n"
      for (index, nodule) in nodules.enumerated() where reader < 3 || index == 0 {
        var seen = nodule
        seen.x += random.uniform(in: -0.8...0.8)
        seen.radius += random.uniform(in: -0.8...0.8)
        text += "<unblindedReadNodule>\n<noduleID>Nodule 00\(index + 1)</noduleID>\n<characteristics>\n"
        for name in LIDCAnnotations.characteristics {
          text += "<\(name)>\(1 + random.integer(below: 5))</\(name)>\n"
        }
        text += "</characteristics>\n"
        for k in 0..<Self.depth {
          text += outline(seen, k, isIncluded: true)
          if reader == 0, index == 0 {
            var hole = nodule
            hole.radius = 2.5
            text += outline(hole, k, isIncluded: false)
          }
        }
        text += "</unblindedReadNodule>\n"
      }
      if reader < 2 {
        text += "<unblindedReadNodule>\n<noduleID>0</noduleID>\n"
        text += roi(10, true, [[30, 20]]) + "</unblindedReadNodule>\n"
      } else {
        text += "<nonNodule>\n<nonNoduleID>1</nonNoduleID>\n\(slice(9))<locus>\n"
        text += "<xCoord>33</xCoord>\n<yCoord>41</yCoord>\n</locus>\n</nonNodule>\n"
      }
      text += "</readingSession>\n"
    }
    return text + "</LidcReadMessage>\n"
  }

  var radiographAnnotations: String {
    head("IdriReadMessage", series: radiographSeries) + "</IdriReadMessage>\n"
  }

  private func head(_ root: String, series: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <\(root) uid="\(series).0" xmlns="http://www.nih.gov" \
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
    xsi:schemaLocation="http://www.nih.gov http://troll.rad.med.umich.edu/lidc/LidcReadMessage.xsd">
    <ResponseHeader>
    <Version>1.8.1</Version>
    <TaskDescription>Second unblinded read</TaskDescription>
    <SeriesInstanceUid>\(series)</SeriesInstanceUid>
    <StudyInstanceUID>\(study)</StudyInstanceUID>
    <ResponseDescription>1 - Reading complete</ResponseDescription>
    </ResponseHeader>

    """
  }

  private func slice(_ k: Int) -> String {
    "<imageZposition>\(Self.height(k))</imageZposition>\n<imageSOP_UID>\(slices[k])</imageSOP_UID>\n"
  }

  private func roi(_ k: Int, _ isIncluded: Bool, _ points: [SIMD2<Int>]) -> String {
    let edges = points.map {
      "<edgeMap>\n<xCoord>\($0.x)</xCoord>\n<yCoord>\($0.y)</yCoord>\n</edgeMap>\n"
    }
    return
      "<roi>\n\(slice(k))<inclusion>\(isIncluded ? "TRUE" : "FALSE")</inclusion>\n\(edges.joined())</roi>\n"
  }

  /// The first pixels outside of a ball's slice, around its middle, the first one again at the end.
  private func outline(_ ball: Ball, _ k: Int, isIncluded: Bool) -> String {
    var edge: [SIMD2<Int>] = []
    for y in 1..<Self.width - 1 {
      for x in 1..<Self.width - 1 where !ball.holds(x, y, k) {
        let beside = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
        if beside.contains(where: { ball.holds($0.0, $0.1, k) }) { edge.append([x, y]) }
      }
    }
    guard !edge.isEmpty else { return "" }
    func angle(_ point: SIMD2<Int>) -> Double { atan2(Double(point.y) - ball.y, Double(point.x) - ball.x) }
    edge.sort { (angle($0), $0.x) < (angle($1), $1.x) }
    return roi(k, isIncluded, edge + edge.prefix(1))
  }
}
