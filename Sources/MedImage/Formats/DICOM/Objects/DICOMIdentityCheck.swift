public import Foundation
import MedVoxel

/// What DICOM files tell of who was imaged, where and when.
///
/// Elements are found by the list of the Basic Application Level Confidentiality Profile (PS3.15, annex E), at any depth;
/// whether what they hold is real nobody can tell. Pixels are not looked at: whether names may stand in them is guessed
/// from what the files say of themselves.
public struct DICOMIdentityCheck: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// Of patients, physicians, operators.
    case names
    /// Patient IDs, accession numbers and the like.
    case numbers
    /// Age, sex, weight and others.
    case traits
    case dates
    /// Institutions, addresses, telephone numbers, positions.
    case places
    case devices
    /// Descriptions and comments, in which anything may stand.
    case texts
    case uids
    case privateElements
    /// Curves and overlays, in which names may be drawn.
    case graphics
    case others
  }

  /// An element that is there with a value.
  public struct Finding: Codable, Hashable, Sendable {
    /// "(0010,0010)".
    public var tag: String
    /// Nil where the standard's dictionary has none.
    public var keyword: String?
    public var kind: Kind
    /// The files that have it.
    public var files: Int
    /// The values, where they were asked for; at most five.
    public var values: [String]?
  }

  public var files = 0
  /// In the order of their tags.
  public var findings: [Finding] = []
  /// Who wrote private elements.
  public var privateCreators: [String] = []
  /// BurnedInAnnotation as the files have it: YES, NO, or both.
  public var burnedInAnnotation: [String] = []
  /// PatientIdentityRemoved as the files have it.
  public var identityRemoved: [String] = []
  /// How, in the files' words.
  public var methods: [String] = []
  /// Why names may stand in the pixels.
  public var warnings: [String] = []

  /// Whether anything is said of the patient beside dates, devices and UIDs.
  public var isIdentifying: Bool {
    findings.contains { [.names, .numbers, .places].contains($0.kind) }
  }

  /// - Parameters:
  ///   - url: a file, or a folder of which all DICOM files are looked at.
  ///   - withValues: whether to tell what the elements hold; without it no value leaves the files.
  /// - Throws: `ImageError` when a file is no DICOM data set, or a folder holds none.
  /// - Complexity: reads what comes before the pixels of every file, in parallel.
  public init(contentsOf url: URL, withValues: Bool = false) throws(ImageError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
      self.init([try DICOMDataSet(contentsOf: url)], withValues: withValues)
      return
    }
    let files = try DICOM.series(in: url).flatMap(\.files)
    guard !files.isEmpty else { throw ImageError("the folder holds no DICOM images", at: url.path) }
    let parts = Parallel.map(files.count) { index -> DICOMIdentityCheck? in
      (try? DICOMDataSet(contentsOf: files[index])).map { DICOMIdentityCheck([$0], withValues: withValues) }
    }
    self.init([], withValues: withValues)
    for case let part? in parts { add(part) }
    findings.sort { $0.tag < $1.tag }
  }

  public init(_ sets: [DICOMDataSet], withValues: Bool = false) {
    for data in sets { add(Self(one: data, withValues)) }
    findings.sort { $0.tag < $1.tag }
  }

  private init(one data: DICOMDataSet, _ withValues: Bool) {
    files = 1
    var seen: [DICOMTag: Int] = [:]
    data.forEachElement { _, element in
      let tag = element.tag
      guard let kind = IdentifyingElements.kind(of: tag), !element.isEmpty, tag.element != 0 else { return }
      if kind == .privateElements, (0x10...0xff).contains(tag.element) {
        privateCreators.append(element.text)
        return
      }
      let place = seen[tag, default: findings.count]
      if place == findings.count {
        seen[tag] = place
        findings.append(
          Finding(
            tag: tag.description, keyword: tag.keyword, kind: kind, files: 1, values: withValues ? [] : nil))
      }
      guard withValues, (findings[place].values?.count ?? 0) < 5, element.items.isEmpty else { return }
      let text = String(element.text.prefix(80))
      if findings[place].values?.contains(text) == false { findings[place].values?.append(text) }
    }
    privateCreators = Set(privateCreators).sorted()
    burnedInAnnotation = data.texts(DICOMTag(0x0028, 0x0301))
    identityRemoved = data.texts(DICOMTag(0x0012, 0x0062))
    methods =
      data.texts(DICOMTag(0x0012, 0x0063))
      + data.items(DICOMTag(0x0012, 0x0064)).compactMap { DICOMCode($0)?.description }
    warnings = Self.warnings(data)
  }

  private mutating func add(_ other: DICOMIdentityCheck) {
    files += other.files
    var places = Dictionary(findings.enumerated().map { ($0.element.tag, $0.offset) }) { first, _ in first }
    for finding in other.findings {
      guard let place = places[finding.tag] else {
        places[finding.tag] = findings.count
        findings.append(finding)
        continue
      }
      findings[place].files += finding.files
      for value in finding.values ?? []
      where (findings[place].values?.count ?? 5) < 5 && findings[place].values?.contains(value) == false {
        findings[place].values?.append(value)
      }
    }
    func merge(_ own: inout [String], _ new: [String]) { own += new.filter { !own.contains($0) } }
    merge(&privateCreators, other.privateCreators)
    merge(&burnedInAnnotation, other.burnedInAnnotation)
    merge(&identityRemoved, other.identityRemoved)
    merge(&methods, other.methods)
    merge(&warnings, other.warnings)
  }

  /// Kinds of images that often have names in their pixels (PS3.15, E.3.1 and E.3.2).
  private static func warnings(_ data: DICOMDataSet) -> [String] {
    var warnings: [String] = []
    let declared = data.text(DICOMTag(0x0028, 0x0301))
    if declared == "YES" { warnings.append("the file says that annotations are burned into its pixels") }
    if data.text(DICOMTag(0x0028, 0x0302)) == "YES" {
      warnings.append("the file says that the patient can be recognized in the pixels")
    }
    let sopClass = data.text(.sopClass) ?? ""
    let type = data.texts(DICOMTag(0x0008, 0x0008)).map { $0.uppercased() }
    let suspects: [(isSo: Bool, what: String)] = [
      (
        sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.6.") || sopClass == "1.2.840.10008.5.1.4.1.1.6"
          || sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.3") || data.text(.modality) == "US",
        "ultrasound images"
      ),
      (sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.7"), "secondary captures"),
      (sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.77.1"), "photographs and endoscopy"),
      (sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.104"), "documents"),
      (type.contains { $0.contains("SCREEN") || $0.contains("CAPTURE") }, "screen captures"),
      (data[DICOMTag(0x0008, 0x0064)] != nil && !sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.7"), "captures"),
    ]
    guard declared != "NO" else { return warnings }
    for suspect in suspects where suspect.isSo {
      warnings.append("\(suspect.what) often have names in the pixels: look at them")
    }
    return warnings
  }
}

extension DICOMIdentityCheck {
  /// Lines for people: each kind with the keywords found.
  public var lines: [(name: String, text: String)] {
    var lines: [(String, String)] = []
    let removed = identityRemoved.isEmpty ? "not said" : identityRemoved.joined(separator: ", ")
    lines.append(
      ("identity removed", removed + (methods.isEmpty ? "" : ": " + methods.joined(separator: "; "))))
    if !burnedInAnnotation.isEmpty {
      lines.append(("burned-in text", burnedInAnnotation.joined(separator: ", ")))
    }
    for kind in Kind.allCases {
      let found = findings.filter { $0.kind == kind }
      guard !found.isEmpty else { continue }
      if kind == .privateElements {
        let creators = privateCreators.isEmpty ? "" : " by " + privateCreators.joined(separator: ", ")
        lines.append(("identity: private", "\(found.count) elements" + creators))
        continue
      }
      let words = found.map { finding in
        (finding.keyword ?? finding.tag)
          + (finding.values.map { $0.isEmpty ? "" : " = " + $0.joined(separator: " | ") } ?? "")
      }
      lines.append(("identity: \(kind.rawValue)", words.joined(separator: ", ")))
    }
    for warning in warnings { lines.append(("warning", warning)) }
    return lines
  }
}
