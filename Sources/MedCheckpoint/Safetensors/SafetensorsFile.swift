import MedVoxel

/// A safetensors file: named tensors behind a JSON header, read without copying.
///
/// - Cost: opening reads the header only; the file is mapped, and a tensor's pages are read when it is used.
///   The file must not be shortened meanwhile (writers that rename, as ours does, never do).
/// - Source: the safetensors format, huggingface.co/docs/safetensors.
public struct SafetensorsFile: Sendable {
  public let path: String
  /// In the order of the header.
  public let tensors: [StoredTensor]
  /// Texts that the writer added.
  public let metadata: [String: String]
  private let indices: [String: Int]

  /// The header may take this many bytes at most, as in the reference implementation.
  public static let largestHeader = 100_000_000

  /// - Throws: `CheckpointError` with every problem of the header: sizes that exceed the file, tensors that
  ///   overlap or leave gaps, unknown types, names that stand twice.
  public init(path: String) throws(CheckpointError) {
    try self.init(block: ByteBlock(mapping: path), path: path)
  }

  /// - Parameter path: what messages call the file.
  public init(block: ByteBlock, path: String) throws(CheckpointError) {
    self.path = path
    let bytes = block.bytes
    guard bytes.count >= 8 else {
      throw CheckpointError(
        "expected a safetensors file, found only \(bytes.count) bytes", at: path,
        remedy: "the file is cut off: copy it again")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length >= 2, length <= UInt64(min(bytes.count - 8, SafetensorsFile.largestHeader)) else {
      throw CheckpointError(
        "expected a safetensors header of at most \(min(bytes.count - 8, SafetensorsFile.largestHeader)) "
          + "bytes, found the length \(length)", at: path,
        remedy: "the file is cut off or of another format")
    }
    let dataStart = 8 + Int(length)
    let header: JSONValue
    do {
      header = try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]))
    } catch {
      throw CheckpointError(error.problems.map { Problem($0.description, at: path + ", header") })
    }
    guard let members = header.object else {
      throw CheckpointError("expected a JSON object as the header", at: path)
    }
    var reader = SafetensorsHeader(block: block, dataStart: dataStart, path: path)
    for (name, value) in members.members { reader.add(name, value) }
    reader.checkLayout()
    guard reader.problems.isEmpty else { throw CheckpointError(reader.problems) }
    tensors = reader.tensors
    metadata = reader.metadata
    indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// Whether the bytes begin like a safetensors file: a plausible length, then a JSON object.
  public static func isSafetensors(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 10 else { return false }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    return length <= UInt64(largestHeader) && bytes[8] == UInt8(ascii: "{")
  }

  public subscript(name: String) -> StoredTensor? { indices[name].map { tensors[$0] } }
}

/// Collects the tensors of a header, and all that is wrong with it.
private struct SafetensorsHeader {
  let block: ByteBlock
  let dataStart: Int
  let path: String
  var tensors: [StoredTensor] = []
  var metadata: [String: String] = [:]
  var problems: [Problem] = []

  private var dataSize: Int { block.bytes.count - dataStart }

  mutating func add(_ name: String, _ value: JSONValue) {
    if name == "__metadata__" { return addMetadata(value) }
    let place = "\(path), tensor “\(name)”"
    guard let typeName = value["dtype"]?.string, let sizes = value["shape"]?.array,
      let offsets = value["data_offsets"]?.array
    else {
      problems.append(Problem("expected dtype, shape and data_offsets", at: place))
      return
    }
    guard let type = StoredType(safetensorsName: typeName) else {
      let known = StoredType.allCases.compactMap(\.safetensorsName).joined(separator: ", ")
      problems.append(Problem("expected a type among \(known), found “\(typeName)”", at: place))
      return
    }
    let shape = sizes.compactMap(\.int)
    guard shape.count == sizes.count, let count = checkedCount(shape, width: type.byteCount) else {
      problems.append(Problem("the shape \(value["shape"] ?? .null) is no list of sizes", at: place))
      return
    }
    let range = offsets.compactMap(\.int)
    guard offsets.count == 2, range.count == 2, range[0] >= 0, range[0] <= range[1], range[1] <= dataSize
    else {
      problems.append(
        Problem(
          "expected a range of bytes within 0…\(dataSize), found \(value["data_offsets"] ?? .null)",
          at: place,
          remedy: "the file is cut off or damaged: copy it again"))
      return
    }
    guard range[1] - range[0] == count * type.byteCount else {
      problems.append(
        Problem(
          "shape \(shape) of \(type.rawValue) takes \(count * type.byteCount) bytes, "
            + "found \(range[1] - range[0])", at: place))
      return
    }
    tensors.append(
      StoredTensor(
        name: name, type: type, shape: shape, block: block, offset: dataStart + range[0],
        isByteSwapped: Int(1).littleEndian != 1))
  }

  private mutating func addMetadata(_ value: JSONValue) {
    guard let members = value.object else {
      problems.append(Problem("expected texts as metadata", at: path))
      return
    }
    for (key, value) in members.members {
      if let text = value.string {
        metadata[key] = text
      } else {
        problems.append(Problem("expected a text as metadata “\(key)”", at: path))
      }
    }
  }

  /// Tensors lie one after the other and fill the file.
  mutating func checkLayout() {
    guard problems.isEmpty else { return }
    var end = dataStart
    for tensor in tensors.sorted(by: { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }) {
      if tensor.offset != end {
        problems.append(
          Problem(
            tensor.offset < end
              ? "its bytes overlap those of another tensor"
              : "\(tensor.offset - end) unused bytes lie before it",
            at: "\(path), tensor “\(tensor.name)”"))
      }
      end = max(end, tensor.offset + tensor.byteCount)
    }
    if end != block.bytes.count {
      problems.append(Problem("\(block.bytes.count - end) unused bytes follow the last tensor", at: path))
    }
  }
}
