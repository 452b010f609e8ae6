import MedVoxel

/// Which fragments of encapsulated pixels make which frame. Source: the DICOM standard, PS3.5, A.4.
struct DICOMFragments {
  private(set) var frames: [[Range<Int>]] = []

  private struct Fragment {
    /// Of the item, from the first fragment's item.
    var offset: Int
    var value: Range<Int>
  }

  /// - Parameter offsets: those of the extended offset table; empty where there is none.
  init(_ content: DICOMPixelContent, offsets: [Int]) throws(ImageError) {
    let name = content.source.name
    func damaged(_ why: String) -> ImageError {
      ImageError(
        "the pixels are damaged: \(why)", at: name, remedy: "get the file again from its source")
    }
    var (position, table, fragments) = (content.pixels.start, [UInt8]?.none, [Fragment]())
    var first = 0
    scan: while true {
      // The delimiter may be lacking at the end of a file.
      guard content.holds(position..<position + 8) else { break }
      let head = try ByteReader(bytes: content.bytes(position, 8), isBigEndian: content.syntax.isBigEndian)
      let tag = UInt32(head.integer(0, as: UInt16.self)) << 16 | UInt32(head.integer(2, as: UInt16.self))
      let length = Int(head.integer(4, as: UInt32.self))
      switch tag {
      case DICOMScanner.sequenceEnd: break scan
      case DICOMScanner.item:
        let value = position + 8..<position + 8 + length
        guard content.holds(value) else {
          throw damaged("a fragment of \(length) bytes at byte \(position) reaches beyond the file's end")
        }
        if table == nil {
          table = try content.bytes(value.lowerBound, length)
          first = value.upperBound
        } else {
          fragments.append(Fragment(offset: position - first, value: value))
        }
        position = value.upperBound
      default: throw damaged("expected a fragment at byte \(position), found (\(hex: tag))")
      }
    }
    let count = content.format.frameCount
    guard fragments.count >= count else {
      throw damaged("expected \(count) frames, found \(fragments.count) fragments")
    }
    if count == 1 {
      frames = [fragments.map(\.value)]
      return
    }
    let basic = ByteReader(bytes: table ?? [], isBigEndian: content.syntax.isBigEndian)
    let listed =
      offsets.count == count
      ? offsets : (0..<basic.bytes.count / 4).map { Int(basic.integer($0 * 4, as: UInt32.self)) }
    if fragments.count == count {
      frames = fragments.map { [$0.value] }
    } else if listed.count == count, let split = Self.split(fragments, at: listed) {
      frames = split
    } else if let split = try Self.split(fragments, count, content) {
      frames = split
    } else {
      throw damaged("\(fragments.count) fragments, and nothing tells which make the \(count) frames")
    }
  }

  private static func split(_ fragments: [Fragment], at offsets: [Int]) -> [[Range<Int>]]? {
    var frames: [[Range<Int>]] = []
    for fragment in fragments {
      if frames.count < offsets.count, fragment.offset == offsets[frames.count] {
        frames.append([fragment.value])
      } else if frames.isEmpty {
        return nil
      } else {
        frames[frames.count - 1].append(fragment.value)
      }
    }
    return frames.count == offsets.count ? frames : nil
  }

  /// Frames begin where a stream of the JPEG family begins.
  private static func split(
    _ fragments: [Fragment], _ count: Int, _ content: DICOMPixelContent
  ) throws(ImageError) -> [[Range<Int>]]? {
    var frames: [[Range<Int>]] = []
    for fragment in fragments {
      let head = try content.bytes(fragment.value.lowerBound, min(4, fragment.value.count))
      if CodedFrame.begins(head) {
        frames.append([fragment.value])
      } else if !frames.isEmpty {
        frames[frames.count - 1].append(fragment.value)
      }
    }
    return frames.count == count ? frames : nil
  }
}
