import MedVoxel

/// The readers' outlines of a CT scan of LIDC-IDRI.
///
/// Nodules of 3 mm and more are contours, one object a reader and nodule, and their holes are marked; smaller nodules
/// and findings that are no nodules are points. Coordinates are column and row from 0, pixel centers. Slices are named
/// by SOPInstanceUID, with their height. The owners draw through the first pixels outside of a nodule: what lies on an
/// outline does not belong to it.
///
/// Source: the owners' documentation of the XML files (LIDC-IDRI, The Cancer Imaging Archive).
enum LIDCXML: AnnotationCodec {
  static let name = "LIDC-IDRI XML"

  static func recognizes(_ head: AnnotationHead) -> Bool {
    head.xmlRoot == "LidcReadMessage" || head.xmlRoot == "IdriReadMessage"
  }

  static func read(_ file: AnnotationContent) throws(ImageError) -> Annotations {
    let content = try LIDCAnnotations(file.xml(), name: file.name)
    guard content.kind == .ct else {
      throw ImageError("these annotations are of radiographs; those of CT are read", at: file.name)
    }
    var problems = ProblemList()
    for problem in content.problems { problems.append(problem.statement, at: file.line(problem.line)) }
    try problems.check()
    var annotations = Annotations(format: name, frame: .pixels(.centers))
    annotations.outlineRule = .inside
    annotations.facts = [
      .init("SeriesInstanceUID", content.series), .init("readers", "\(content.sessions.count)"),
    ]
    var (object, lost) = (0, 0)
    for (reader, session) in content.sessions.enumerated() {
      for nodule in session.nodules {
        object += 1
        add(nodule, object, reader: reader + 1, to: &annotations)
      }
      for (label, findings) in [("small nodule", session.small), ("non-nodule", session.others)] {
        for finding in findings {
          guard let position = finding.position else {
            lost += 1
            continue
          }
          annotations.points.append(
            Landmark(
              finding.id, at: [Double(position.x), Double(position.y), 0], label: label,
              slice: SliceReference(name: finding.slice.isEmpty ? nil : finding.slice, height: finding.z),
              attributes: [.init("reader", "\(reader + 1)")], line: finding.line))
        }
      }
    }
    if lost > 0 { annotations.notes.append("\(lost) findings have no position and are left out") }
    return annotations
  }

  private static func add(
    _ nodule: LIDCAnnotations.Nodule, _ object: Int, reader: Int, to annotations: inout Annotations
  ) {
    var attributes: [ImageHeader.Fact] = [.init("reader", "\(reader)"), .init("nodule", nodule.id)]
    for (name, rating) in zip(LIDCAnnotations.characteristics, nodule.ratings) {
      if let rating { attributes.append(.init(name, "\(rating)")) }
    }
    for outline in nodule.outlines {
      annotations.contours.append(
        Contour(
          outline.points.map { [Double($0.x), Double($0.y), 0] }, label: "nodule",
          isHole: !outline.isIncluded,
          object: object,
          slice: SliceReference(name: outline.slice.isEmpty ? nil : outline.slice, height: outline.z),
          attributes: attributes, line: outline.line))
    }
  }
}
