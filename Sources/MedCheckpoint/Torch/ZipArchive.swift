import MedVoxel

/// A ZIP file whose entries are stored without compression, as PyTorch writes them.
struct ZipArchive {
  typealias Entry = ZipDirectory<CheckpointError>.Entry

  let block: ByteBlock
  let entries: [Entry]
  private let path: String
  private let indices: [String: Int]

  static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    ZipDirectory<CheckpointError>.begins(bytes.prefix(4))
  }

  init(block: ByteBlock, path: String) throws(CheckpointError) {
    self.block = block
    self.path = path
    let directory = try ZipDirectory<CheckpointError>(byteCount: block.bytes.count, path: path) {
      offset, buffer in
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: block.bytes[offset..<offset + buffer.count]))
    }
    entries = directory.entries
    indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  func contains(_ name: String) -> Bool { indices[name] != nil }

  /// Where the entry's bytes lie; nil when there is none of that name.
  /// - Throws: `CheckpointError` for an entry that is compressed or encrypted.
  func range(of name: String) throws(CheckpointError) -> Range<Int>? {
    guard let index = indices[name] else { return nil }
    guard entries[index].method == .stored, !entries[index].isEncrypted else {
      throw CheckpointError(
        "the entry “\(name)” is compressed or encrypted", at: path,
        remedy: "PyTorch stores entries plainly; write the file with torch.save")
    }
    return entries[index].range
  }
}
