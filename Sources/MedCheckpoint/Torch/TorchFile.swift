import MedVoxel

/// A file that `torch.save` wrote (`.pt`, `.pth`, `.tar`, `.ckpt`): in the ZIP form of PyTorch 1.6 and later, in
/// the older form, or a bare pickle.
///
/// The pickle is read as data: tensors, containers, numbers and texts. Anything that it would run is refused by
/// name, all names at once. Tensor bytes are read when they are used.
///
/// - Cost: proportional to the pickle, without the tensors.
public enum TorchFile {
  /// - Throws: `CheckpointError`.
  public static func read(_ path: String) throws(CheckpointError) -> CheckpointValue {
    try read(block: ByteBlock(mapping: path), path: path)
  }

  /// - Parameter path: what messages call the file.
  public static func read(block: ByteBlock, path: String) throws(CheckpointError) -> CheckpointValue {
    let bytes = block.bytes
    if ZipArchive.isZip(bytes) { return try readArchive(block, path).naming(nil) }
    if LegacyTorchFile.isLegacy(bytes) {
      return try LegacyTorchFile(block: block, path: path).read().naming(nil)
    }
    if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      throw CheckpointError(
        "the file is a tar archive, as PyTorch wrote before 0.1.10 or as other programs do", at: path,
        remedy: "unpack it, or load and save it with a newer PyTorch")
    }
    guard bytes.count >= 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) else {
      throw CheckpointError(
        bytes.isEmpty ? "the file is empty" : "expected a file written by torch.save, found other content",
        at: path, remedy: "give a .pt or .pth checkpoint, or a .safetensors file under that name")
    }
    var machine = PickleMachine(block: block, range: 0..<bytes.count, place: path)
    let value = try machine.run()
    var conversion = PickleConversion(machine: machine) { _ throws(CheckpointError) in
      throw CheckpointError("a bare pickle has no storages", at: path)
    }
    return try conversion.convert(value).naming(nil)
  }

  private static func readArchive(_ block: ByteBlock, _ path: String) throws(CheckpointError)
    -> CheckpointValue
  {
    let archive = try ZipArchive(block: block, path: path)
    guard let pickle = archive.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
      throw CheckpointError("the ZIP archive holds no data.pkl, so torch.save did not write it", at: path)
    }
    let root = pickle.name.dropLast("data.pkl".count)
    if archive.contains("\(root)constants.pkl")
      || archive.entries.contains(where: { $0.name.hasPrefix("\(root)code/") })
    {
      throw CheckpointError(
        "the file is a TorchScript program, not a dictionary of tensors", at: path,
        remedy: "in Python: torch.save(torch.jit.load(path).state_dict(), new_path)")
    }
    var isByteSwapped = Int(1).littleEndian != 1
    if let order = try archive.range(of: "\(root)byteorder") {
      let name = String(decoding: block.bytes[order].prefix(8), as: UTF8.self)
      guard name == "little" || name == "big" else {
        throw CheckpointError("the byte order “\(name)” is unknown", at: path)
      }
      if name == "big" { isByteSwapped.toggle() }
    }
    let swapped = isByteSwapped
    guard let range = try archive.range(of: pickle.name) else {
      throw CheckpointError("data.pkl is missing", at: path)
    }
    var machine = PickleMachine(block: block, range: range, place: path)
    let value = try machine.run()
    var conversion = PickleConversion(machine: machine) { storage throws(CheckpointError) in
      guard let range = try archive.range(of: "\(root)data/\(storage.key)") else {
        throw CheckpointError("the storage “\(storage.key)” is missing", at: path)
      }
      let size = storage.count.multipliedReportingOverflow(by: (storage.type ?? .uint8).byteCount)
      guard !size.overflow, size.partialValue <= range.count else {
        throw CheckpointError(
          "the storage “\(storage.key)” has \(range.count) bytes and claims \(storage.count) elements",
          at: path)
      }
      return (range, swapped)
    }
    return try conversion.convert(value)
  }
}

extension CheckpointValue {
  /// The same with every tensor named by its path.
  func naming(_ path: String?) -> CheckpointValue {
    func joined(_ key: String) -> String { path.map { "\($0).\(key)" } ?? key }
    switch self {
    case .tensor(var tensor):
      tensor.name = path ?? "tensor"
      return .tensor(tensor)
    case .list(let values):
      return .list(values.enumerated().map { $1.naming(joined("\($0)")) })
    case .dictionary(let dictionary):
      var named = CheckpointDictionary()
      for (key, value) in dictionary.members { named.set(key, value.naming(joined(key))) }
      return .dictionary(named)
    default: return self
    }
  }
}
