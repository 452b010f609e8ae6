import FuzzDriver
import MedCheckpoint

/// Any bytes as a safetensors file: refused, or read to the last element.
@main struct Main {
  static func main() {
    fuzz { bytes in
      guard let file = try? SafetensorsFile(block: ByteBlock(copying: bytes), path: "fuzz") else { return }
      for tensor in file.tensors {
        precondition(tensor.byteCount <= bytes.count, "a tensor is larger than its file")
        precondition(tensor.doubles().count >= tensor.count, "elements are missing")
      }
    }
  }
}
