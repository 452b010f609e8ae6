import MedCheckpoint

/// The checkpoint readers by name; tensors are read to the last element.
nonisolated(unsafe) let checkpointReaders: [String: () throws -> Void] = [
  "Safetensors": {
    fuzz { bytes in
      guard let file = try? SafetensorsFile(block: ByteBlock(copying: bytes), path: "fuzz") else { return }
      for tensor in file.tensors {
        precondition(tensor.byteCount <= bytes.count, "a tensor is larger than its file")
        precondition(tensor.doubles().count >= tensor.count, "elements are missing")
      }
    }
  },
  "TorchFile": {
    fuzz { bytes in
      guard let value = try? TorchFile.read(block: ByteBlock(copying: bytes), path: "fuzz"),
        let state = try? value.stateDictionary()
      else { return }
      var left = 1 << 24
      for tensor in state.tensors where tensor.byteCount <= left {
        left -= tensor.byteCount
        precondition(tensor.doubles().count >= tensor.count, "elements are missing")
      }
    }
  },
]
