import MedVoxel

/// The form that `torch.save` wrote before version 1.6: four pickles (magic number, protocol, system, object), a
/// pickled list of storage keys, then each storage as a count and its elements.
struct LegacyTorchFile {
  let block: ByteBlock
  let path: String

  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  static func isLegacy(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // PROTO n, LONG1 of ten bytes, the magic number, STOP.
    bytes.count >= 15 && bytes[0] == 0x80 && bytes[2] == 0x8A && bytes[3] == 10
      && bytes[4..<14].elementsEqual(magic)
  }

  func read() throws(CheckpointError) -> CheckpointValue {
    var machine = PickleMachine(block: block, range: 0..<block.bytes.count, place: path)
    _ = try machine.run()
    guard case .int(1001) = try machine.run() else {
      throw CheckpointError("the file's protocol is not 1001, the only one that PyTorch wrote", at: path)
    }
    let system = try machine.run()
    let isLittleEndian = try littleEndian(system, machine)
    let object = try machine.run()
    let list = try machine.run()
    let keys = try machine.elements(of: list)
    let ranges = try storageRanges(keys, machine)
    let swapped = isLittleEndian != (Int(1).littleEndian == 1)
    let path = path
    var conversion = PickleConversion(machine: machine) { storage throws(CheckpointError) in
      guard let range = ranges[storage.key] else {
        throw CheckpointError("the storage “\(storage.key)” is missing", at: path)
      }
      return (range, swapped)
    }
    return try conversion.convert(object)
  }

  private func littleEndian(_ value: PickleValue, _ machine: PickleMachine) throws(CheckpointError) -> Bool {
    let members = try machine.elements(of: value)
    for pair in stride(from: 0, to: members.count - 1, by: 2) {
      if case .string("little_endian") = members[pair], case .bool(let flag) = members[pair + 1] {
        return flag
      }
    }
    return true
  }

  /// Storages lie one after the other, in the order of the keys.
  private func storageRanges(
    _ keys: [PickleValue], _ machine: PickleMachine
  ) throws(CheckpointError) -> [String: Range<Int>] {
    var types: [String: StoredType] = [:]
    for storage in machine.storages { types[storage.key] = storage.type ?? .uint8 }
    var ranges: [String: Range<Int>] = [:]
    var position = machine.position
    for key in keys {
      guard case .string(let key) = key, let type = types[key], ranges[key] == nil else {
        throw CheckpointError("the list of storages does not match the tensors", at: path)
      }
      guard block.bytes.count - position >= 8 else { throw cutOff(key) }
      let count = Int64(littleEndian: block.bytes.loadUnaligned(fromByteOffset: position, as: Int64.self))
      position += 8
      guard count >= 0, count <= (block.bytes.count - position) / type.byteCount else { throw cutOff(key) }
      let size = Int(count) * type.byteCount
      ranges[key] = position..<position + size
      position += size
    }
    return ranges
  }

  private func cutOff(_ key: String) -> CheckpointError {
    CheckpointError(
      "the storage “\(key)” ends outside of the file", at: path,
      remedy: "the file is cut off: copy it again")
  }
}
