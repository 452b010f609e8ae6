import MedVoxel

/// The head of a DICOM file: everything before its pixels, and where those lie.
struct DICOMFile: Sendable {
  /// The element that holds the pixels.
  struct Pixels: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case integers, floats, doubles }

    var kind: Kind
    var isWords: Bool
    /// Where the value starts in the data set's content.
    var start: Int
    /// Nil: encapsulated, in fragments.
    var length: Int?
  }

  var syntax: DICOMSyntax
  var data: DICOMElements
  var pixels: Pixels?
  /// The whole content, where it was inflated.
  var inflated: [UInt8]?

  /// - Throws: `ImageError` for what is no DICOM, or is cut off before its pixels.
  init(_ source: FileSource) throws(ImageError) {
    if source.isCompressed {
      let content = try Gzip.inflatedToEnd(source)
      try self.init(head: content, size: content.count, source)
      inflated = inflated ?? content
      return
    }
    // Most heads are short; others are asked for again, with more of the file.
    var wanted = 16 << 10
    while true {
      let head = try source.prefix(wanted)
      do throws(Cut) {
        self = try Self.parse(head, size: source.fileSize, source)
        return
      } catch {
        switch error {
        case .refused(let why): throw why
        case .needs(let count): wanted = max(count + (4 << 10), wanted * 4)
        }
      }
    }
  }

  private init(head: [UInt8], size: Int, _ source: FileSource) throws(ImageError) {
    do throws(Cut) {
      self = try Self.parse(head, size: size, source)
    } catch {
      switch error {
      case .refused(let why): throw why
      case .needs(let count): throw Self.cut(source, at: count, size: size)
      }
    }
  }

  private enum Cut: Error {
    case needs(Int)
    case refused(ImageError)
  }

  private static func cut(_ source: FileSource, at count: Int, size: Int) -> ImageError {
    ImageError(
      "the data set is cut off: its elements reach to byte \(count), the content ends at \(size)",
      at: source.name, remedy: "get the file again from its source")
  }

  // MARK: Parsing

  /// - Parameter head: the first bytes of the content, all of them where there are fewer than asked for.
  private static func parse(_ head: [UInt8], size: Int, _ source: FileSource) throws(Cut) -> DICOMFile {
    let isMarked = head.count >= 132 && head[128..<132].elementsEqual("DICM".utf8)
    var start = isMarked ? 132 : 0
    var declared: DICOMSyntax?
    if head.count >= start + 8, head[start] == 2, head[start + 1] == 0 {
      (declared, start) = try meta(head, from: start, size: size, source)
    }
    if declared?.coding == .deflated {
      // The stream ends the file.
      let packed = size == head.count ? Array(head[start...]) : try rest(source, from: start)
      let content: [UInt8]
      do throws(ImageError) { content = try Deflate.inflatedRaw(packed, of: source) } catch {
        throw .refused(error)
      }
      var syntax = DICOMSyntax("1.2.840.10008.1.2.1")
      var file = try parseData(content, from: 0, size: content.count, &syntax, source)
      file.inflated = content
      file.syntax = DICOMSyntax("1.2.840.10008.1.2.1.99")
      return file
    }
    guard var syntax = guess(head, at: start, declared: declared) else {
      throw .refused(
        ImageError(
          "expected the elements of a DICOM data set at byte \(start), found other bytes", at: source.name,
          remedy: "is this a DICOM file?"))
    }
    return try parseData(head, from: start, size: size, &syntax, source)
  }

  private static func rest(_ source: FileSource, from start: Int) throws(Cut) -> [UInt8] {
    do throws(ImageError) { return try source.bytes(from: start) } catch { throw .refused(error) }
  }

  /// The file meta group, which is always explicit and little-endian: the syntax, and where the data set starts.
  private static func meta(
    _ head: [UInt8], from start: Int, size: Int, _ source: FileSource
  ) throws(Cut) -> (DICOMSyntax?, Int) {
    do throws(DICOMScanner.Stop) {
      return try head.withUnsafeBufferPointer { buffer throws(DICOMScanner.Stop) in
        let bytes = UnsafeRawBufferPointer(buffer)
        var scanner = DICOMScanner(
          bytes: bytes, position: start, end: bytes.count, isExplicit: true, isBigEndian: false)
        var (uid, end) = (String?.none, start)
        while let next = try scanner.head(at: scanner.position, isExplicit: true), next.tag >> 16 == 2,
          let element = try scanner.next()
        {
          end = scanner.position
          if element.tag == 0x0002_0010 {
            uid = String(decoding: bytes[element.range].prefix { $0 > 32 }, as: UTF8.self)
          }
        }
        return (uid.map { DICOMSyntax($0) }, end)
      }
    } catch {
      throw translate(error, size: size, source)
    }
  }

  private static func translate(_ stop: DICOMScanner.Stop, size: Int, _ source: FileSource) -> Cut {
    switch stop {
    case .needs(let count, _) where count <= size: .needs(count)
    case .needs(let count, let tag):
      .refused(
        ImageError(
          "the file is cut off: element (\(hex: tag)) reaches to byte \(count), the content ends at \(size)",
          at: source.name, remedy: "get the file again from its source"))
    case .damaged(let why, let byte):
      .refused(
        ImageError(
          "the data set is damaged: \(why) at byte \(byte)", at: source.name,
          remedy: "get the file again from its source"))
    }
  }

  /// How the elements are really written: some files say one thing and do another.
  private static func guess(_ head: [UInt8], at start: Int, declared: DICOMSyntax?) -> DICOMSyntax? {
    guard head.count >= start + 8 else { return declared }
    let (group, swapped) = (
      Int(head[start]) | Int(head[start + 1]) << 8, Int(head[start + 1]) | Int(head[start]) << 8
    )
    let isBigEndian = declared.map { $0.isBigEndian } ?? (swapped < group)
    let isSwapped = min(group, swapped) < 0x100 && (swapped < group) != isBigEndian && group != swapped
    let vr = UInt16(head[start + 4]) << 8 | UInt16(head[start + 5])
    guard var syntax = declared else {
      // The first group of a data set is 8, rarely a little more.
      guard min(group, swapped) > 0, min(group, swapped) <= 0x20 else { return nil }
      return DICOMSyntax(isExplicit: VR.isKnown(vr), isBigEndian: isBigEndian)
    }
    if syntax.isExplicit != VR.isKnown(vr) { syntax.isExplicit.toggle() }
    if isSwapped { syntax.isBigEndian.toggle() }
    return syntax
  }

  private static func parseData(
    _ head: [UInt8], from start: Int, size: Int, _ syntax: inout DICOMSyntax, _ source: FileSource
  ) throws(Cut) -> DICOMFile {
    var data = DICOMElements(bytes: head, isExplicit: syntax.isExplicit, isBigEndian: syntax.isBigEndian)
    var pixels: Pixels?
    do throws(DICOMScanner.Stop) {
      let (isExplicit, isBigEndian) = (syntax.isExplicit, syntax.isBigEndian)
      (data.elements, pixels) = try head.withUnsafeBufferPointer { buffer throws(DICOMScanner.Stop) in
        let bytes = UnsafeRawBufferPointer(buffer)
        var scanner = DICOMScanner(
          bytes: bytes, position: start, end: bytes.count, isExplicit: isExplicit, isBigEndian: isBigEndian)
        var elements: [DICOMElements.Element] = []
        elements.reserveCapacity(128)
        while true {
          guard let next = try scanner.head(at: scanner.position, isExplicit: isExplicit) else {
            // Short of the content's end there are more.
            if bytes.count < size { throw .needs(min(bytes.count + 12, size), tag: 0) }
            return (elements, nil)
          }
          if let found = Self.pixels(next) { return (elements, found) }
          guard let element = try scanner.next() else { continue }
          elements.append(element)
        }
      }
    } catch {
      throw translate(error, size: size, source)
    }
    data.characters = CharacterSets(data.texts(0x0008_0005))
    return DICOMFile(syntax: syntax, data: data, pixels: pixels, inflated: nil)
  }

  private init(syntax: DICOMSyntax, data: DICOMElements, pixels: Pixels?, inflated: [UInt8]?) {
    (self.syntax, self.data, self.pixels, self.inflated) = (syntax, data, pixels, inflated)
  }

  private static func pixels(_ head: DICOMScanner.Head) -> Pixels? {
    let kind: Pixels.Kind
    switch head.tag {
    case 0x7fe0_0010: kind = .integers
    case 0x7fe0_0008: kind = .floats
    case 0x7fe0_0009: kind = .doubles
    default: return nil
    }
    return Pixels(
      kind: kind, isWords: head.vr != VR.code("OB"), start: head.start, length: head.length)
  }
}
