#if canImport(Glibc)
  import Glibc
#endif

/// How texts are coded: Specific Character Set (0008,0005). Source: the DICOM standard, PS3.3, C.12.1.1.2.
///
/// Switches between sets in the midst of a text (ISO 2022) are followed where the first set is the default and
/// the second Japanese, Korean or Chinese, as nearly all such files have it.
struct CharacterSets: Hashable, Sendable {
  /// The name that `iconv` knows; nil for ASCII and UTF-8.
  private var encoding: String?

  init() {}

  init(_ terms: [String]) {
    let named = terms.last { !$0.isEmpty && $0 != "ISO 2022 IR 6" && $0 != "ISO_IR 6" } ?? ""
    encoding = Self.names[named.replacing("ISO 2022 IR ", with: "ISO_IR ")]
  }

  private static let names = [
    "ISO_IR 100": "ISO-8859-1", "ISO_IR 101": "ISO-8859-2", "ISO_IR 109": "ISO-8859-3",
    "ISO_IR 110": "ISO-8859-4", "ISO_IR 144": "ISO-8859-5", "ISO_IR 127": "ISO-8859-6",
    "ISO_IR 126": "ISO-8859-7", "ISO_IR 138": "ISO-8859-8", "ISO_IR 148": "ISO-8859-9",
    "ISO_IR 203": "ISO-8859-15", "ISO_IR 166": "TIS-620", "ISO_IR 13": "SHIFT_JIS",
    "ISO_IR 87": "ISO-2022-JP-2", "ISO_IR 159": "ISO-2022-JP-2", "ISO_IR 149": "EUC-KR",
    "ISO_IR 58": "ISO-2022-CN", "GB18030": "GB18030", "GBK": "GBK",
  ]

  func decode(_ bytes: ArraySlice<UInt8>) -> String {
    guard let encoding, bytes.contains(where: { $0 >= 0x80 || $0 == 0x1b }) else {
      return String(decoding: bytes, as: UTF8.self)
    }
    // Korean texts name their set with an escape that EUC-KR itself does without.
    let korean: [UInt8] = [0x1b, 0x24, 0x29, 0x43]
    let isKorean = encoding == "EUC-KR"
    let input = isKorean ? Array(bytes.split(separator: korean).joined()) : Array(bytes)
    return Self.convert(input, from: encoding)
      ?? String(decoding: bytes, as: UTF8.self)
  }

  private static func convert(_ bytes: [UInt8], from encoding: String) -> String? {
    #if canImport(Glibc)
      guard let converter = iconv_open("UTF-8", encoding), converter != iconv_t(bitPattern: -1) else {
        return nil
      }
      defer { iconv_close(converter) }
      var input = bytes.map { CChar(bitPattern: $0) }
      var output = [CChar](repeating: 0, count: bytes.count * 4 + 16)
      let written = input.withUnsafeMutableBufferPointer { from in
        output.withUnsafeMutableBufferPointer { to -> Int? in
          var (source, left) = (from.baseAddress, from.count)
          var (target, room) = (to.baseAddress, to.count)
          guard iconv(converter, &source, &left, &target, &room) != -1 else { return nil }
          return to.count - room
        }
      }
      return written.map { String(decoding: output.prefix($0).map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    #else
      return nil
    #endif
  }
}
