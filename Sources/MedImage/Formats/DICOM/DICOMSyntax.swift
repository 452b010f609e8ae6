/// How a transfer syntax writes elements and pixels. Source: the DICOM standard, PS3.5, annex A.
struct DICOMSyntax: Hashable, Sendable {
  /// How the pixels are written.
  enum Coding: Sendable {
    /// As they are, in one piece.
    case plain
    /// The whole data set is one deflated stream.
    case deflated
    /// Runs of equal bytes (PS3.5, annex G).
    case runLength
    /// A stream of the JPEG family, told by its first bytes: JPEG, JPEG-LS, JPEG 2000.
    case stream
    /// Coded, by something that nothing here decodes.
    case unknown
  }

  var uid: String
  var isExplicit = true
  var isBigEndian = false
  /// GE's private syntax writes pixels in the other order than the elements.
  var arePixelsBigEndian = false
  var coding = Coding.plain

  init(_ uid: String) {
    self.uid = uid
    switch uid {
    case "1.2.840.10008.1.2": isExplicit = false
    case "1.2.840.10008.1.2.1": break
    case "1.2.840.10008.1.2.1.99": coding = .deflated
    case "1.2.840.10008.1.2.2": (isBigEndian, arePixelsBigEndian) = (true, true)
    case "1.2.840.113619.5.2": (isExplicit, arePixelsBigEndian) = (false, true)
    case "1.2.840.10008.1.2.5": coding = .runLength
    default:
      let prefix = "1.2.840.10008.1.2.4."
      let number = uid.hasPrefix(prefix) ? Int(uid.dropFirst(prefix.count)) : nil
      coding = number.map { (50...93).contains($0) || (201...203).contains($0) } == true ? .stream : .unknown
    }
  }

  /// Data sets without a file meta group.
  init(isExplicit: Bool, isBigEndian: Bool) {
    uid = isBigEndian ? "1.2.840.10008.1.2.2" : isExplicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2"
    (self.isExplicit, self.isBigEndian, arePixelsBigEndian) = (isExplicit, isBigEndian, isBigEndian)
  }

  /// The name for messages: "MPEG-4 AVC/H.264 (1.2.840.10008.1.2.4.102)".
  var description: String {
    let number = uid.hasPrefix("1.2.840.10008.1.2.4.") ? Int(uid.dropFirst(20)) ?? 0 : 0
    let name: String? =
      switch number {
      case 50...79: "JPEG"
      case 80...81: "JPEG-LS"
      case 90...93: "JPEG 2000"
      case 94...95: "JPIP, whose pixels lie on a server"
      case 100...101: "MPEG-2 video"
      case 102...106: "H.264 video"
      case 107...108: "H.265 video"
      case 110...112: "JPEG XL"
      case 201...203: "High-Throughput JPEG 2000"
      case 204...205: "JPIP with High-Throughput JPEG 2000"
      default: uid.hasPrefix("1.2.840.10008.1.2.7") ? "SMPTE ST 2110 video" : nil
      }
    return name.map { "\($0) (\(uid))" } ?? uid
  }
}
