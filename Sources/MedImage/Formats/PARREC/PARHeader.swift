import MedVoxel

/// The text of a Philips `.PAR` file: general information, and one line for each image of the `.REC` file.
struct PARHeader {
  /// One image: numbers in the version's columns. A word that is no number is NaN.
  struct Image {
    var columns: [Double]

    subscript(column: Column) -> Double { columns[column.rawValue] }
    func integer(_ column: Column) -> Int { Int(exactly: self[column]) ?? -1 }
  }

  /// The columns that are used; those of V4.1 from `bValueNumber`, of V4.2 from `labelType` on.
  enum Column: Int {
    case slice = 0, echo, dynamic, cardiacPhase, imageType, sequence, index, pixelBits
    case columns = 9, rows, intercept, slope, scaleSlope
    case thickness = 22, gap
    case orientation = 25
    case spacingX = 28, spacingY, echoTime
    case bFactor = 33
    case bValueNumber = 41, gradientNumber
    case diffusionAP = 45, diffusionFH, diffusionRL
    case labelType = 48

    var name: String {
      switch self {
      case .slice: "slice number"
      case .echo: "echo number"
      case .dynamic: "dynamic scan number"
      case .cardiacPhase: "cardiac phase number"
      case .imageType: "image_type_mr"
      case .sequence: "scanning sequence"
      case .index: "index in REC file"
      case .pixelBits: "image pixel size"
      case .columns, .rows: "recon resolution"
      case .intercept: "rescale intercept"
      case .slope: "rescale slope"
      case .scaleSlope: "scale slope"
      case .thickness: "slice thickness"
      case .gap: "slice gap"
      case .orientation: "slice orientation"
      case .spacingX, .spacingY: "pixel spacing"
      case .echoTime: "echo_time"
      case .bFactor: "diffusion_b_factor"
      case .bValueNumber: "diffusion b value number"
      case .gradientNumber: "gradient orientation number"
      case .diffusionAP, .diffusionFH, .diffusionRL: "diffusion"
      case .labelType: "label type"
      }
    }
  }

  private(set) var version = ""
  private(set) var general: [(key: String, value: String)] = []
  private(set) var images: [Image] = []

  static let versions = ["V4": 41, "V4.1": 48, "V4.2": 49]

  /// - Throws: `ImageError` with all lines that don't fit.
  init(_ bytes: [UInt8], at location: String) throws(ImageError) {
    var problems: [Problem] = []
    var isBody = false
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      let text = MetaImageHeader.trimmed(line)
      guard !text.isEmpty else { continue }
      if text.hasPrefix("#") {
        if text.contains("image export tool"), let last = MetaImageHeader.words(text).last { version = last }
        // What follows the images is a comment, or the text of another program.
        if isBody { break }
        continue
      }
      if text.hasPrefix(".") {
        let parts = text.dropFirst().split(separator: ":", maxSplits: 1)
        guard !parts.isEmpty else { continue }
        general.append(
          (
            key: MetaImageHeader.trimmed(parts[0].utf8),
            value: parts.count > 1 ? MetaImageHeader.trimmed(parts[1].utf8) : ""
          ))
        continue
      }
      isBody = true
      let words = MetaImageHeader.words(text)
      guard let wanted = Self.versions[version] else { break }
      guard words.count >= wanted else {
        problems.append(
          Problem(
            "expected \(wanted) columns of \(version), found \(words.count)",
            at: "\(location), line \(number + 1)", remedy: "the file is truncated"))
        if problems.count > 8 { break }
        continue
      }
      images.append(Image(columns: words.prefix(wanted).map { Double($0) ?? .nan }))
    }
    if Self.versions[version] == nil {
      problems.append(
        Problem(
          "expected version V4, V4.1 or V4.2, found “\(version)”", at: location,
          remedy: "export the scan again in one of these"))
    } else if images.isEmpty, problems.isEmpty {
      problems.append(Problem("the file names no image", at: location, remedy: "the file is truncated"))
    }
    guard problems.isEmpty else { throw ImageError(problems) }
  }

  /// A value of the general information; spellings differ between exports.
  subscript(keys: String...) -> String? {
    general.first { field in keys.contains { $0.lowercased() == field.key.lowercased() } }?.value
  }

  func numbers(_ value: String?) -> [Double] {
    MetaImageHeader.words(value ?? "").compactMap { Double($0) }
  }

  func has(_ column: Column) -> Bool { column.rawValue < (Self.versions[version] ?? 0) }
}
