import MedVoxel

extension SafetensorsFile {
  /// Writes tensors so that the file appears complete or not at all.
  ///
  /// The header lists the tensors in the given order; their bytes lie by falling element size, then by name,
  /// each aligned to its element. The same tensors and metadata give the same bytes.
  ///
  /// - Throws: `CheckpointError` with every name that stands twice and every type that the format lacks; or
  ///   what the system refused (disk full, no permission), and then the old file is as it was.
  /// - Cost: one pass over the bytes.
  public static func write(
    _ tensors: [StoredTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    let layout = try SafetensorsLayout(tensors, metadata: metadata, path: path)
    var file = try AtomicFile<CheckpointError>(replacing: path)
    let header = Array(layout.header.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    try file.write(length + header)
    for tensor in layout.dataOrder {
      let block = tensor.contiguousBlock()
      defer { withExtendedLifetime(block) {} }
      try file.write(block.bytes)
    }
    try file.commit()
  }
}

extension StoredTensor {
  /// The bytes in C order and this machine's byte order, kept alive by the block.
  func contiguousBlock() -> ByteBlock {
    if isContiguous {
      return ByteBlock(
        borrowing: UnsafeRawBufferPointer(rebasing: block.bytes[offset..<offset + byteCount]), from: block)
    }
    return ByteBlock(filling: byteCount) { copy(to: $0) }
  }
}

/// Where the writer puts what.
struct SafetensorsLayout {
  let dataOrder: [StoredTensor]
  let header: String

  init(
    _ tensors: [StoredTensor], metadata: [String: String], path: String
  ) throws(CheckpointError) {
    dataOrder = SafetensorsLayout.order(tensors)
    var problems: [Problem] = []
    var seen: Set<String> = []
    for tensor in tensors {
      if !seen.insert(tensor.name).inserted || tensor.name == "__metadata__" {
        problems.append(Problem("the name “\(tensor.name)” stands twice or is taken by the format", at: path))
      }
      if tensor.type.safetensorsName == nil {
        problems.append(
          Problem("“\(tensor.name)” is \(tensor.type.rawValue), which safetensors cannot hold", at: path))
      }
    }
    guard problems.isEmpty else { throw CheckpointError(problems) }
    var offsets: [String: Int] = [:]
    var end = 0
    for tensor in dataOrder {
      offsets[tensor.name] = end
      end += tensor.byteCount
    }
    var object = JSONObject()
    if !metadata.isEmpty {
      var texts = JSONObject()
      for (key, text) in metadata.sorted(by: { $0.key < $1.key }) { texts[key] = .string(text) }
      object["__metadata__"] = .object(texts)
    }
    for tensor in tensors {
      let start = offsets[tensor.name] ?? 0
      object[tensor.name] = [
        "dtype": .string(tensor.type.safetensorsName ?? ""),
        "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(start), .integer(start + tensor.byteCount)],
      ]
    }
    var header = JSONValue.object(object).description
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    self.header = header
  }

  /// By falling element size, then by name.
  static func order(_ tensors: [StoredTensor]) -> [StoredTensor] {
    tensors.sorted { ($1.type.byteCount, $0.name) < ($0.type.byteCount, $1.name) }
  }
}
