import FuzzDriver
import MedCheckpoint

/// Any bytes as a file of `torch.save`: refused, or read to the last element.
@main struct Main {
  static func main() {
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
  }
}
