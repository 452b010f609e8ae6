import CFuzzer
import Foundation
import MedCheckpoint
import MedImage
import MedVoxel

/// Feeds bytes to one reader: `fuzz-readers nifti|mgh|dicom|png|any|safetensors|torch [libFuzzer's options and folders]`.
/// `fuzz-readers seeds FOLDER` writes small files to begin with.
@main struct Main {
  static func main() {
    let target = CommandLine.arguments.dropFirst().first ?? ""
    if target == "seeds", CommandLine.arguments.count == 3 {
      return Seeds.write(to: CommandLine.arguments[2])
    }
    guard let callback = callbacks[target] else {
      print("usage: fuzz-readers \(callbacks.keys.sorted().joined(separator: "|"))|seeds …")
      exit(64)
    }
    var arguments = CommandLine.arguments.map { strdup($0) }
    arguments.remove(at: 1)
    arguments.append(nil)
    var count = Int32(arguments.count - 1)
    arguments.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      exit(LLVMFuzzerRunDriver(&count, &start, callback))
    }
  }

  typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

  static let callbacks: [String: Callback] = [
    "nifti": { bytes, count in
      Main.read(bytes, count, named: "x.nii") { source in try NIfTI.open(source, options: ReadOptions()) }
    },
    "mgh": { bytes, count in
      Main.read(bytes, count, named: "x.mgz") { source in try MGH.open(source, options: ReadOptions()) }
    },
    "dicom": { bytes, count in
      Main.read(bytes, count, named: "x.dcm") { source in try DICOM.open(source, options: ReadOptions()) }
    },
    "any": { bytes, count in
      Main.read(bytes, count, named: "x.bin") { source in try ImageFile.open(source.url) }
    },
    "png": { bytes, count in
      guard let bytes else { return 0 }
      _ = try? PNG.decode(Data(bytes: bytes, count: count))
      return 0
    },
    "safetensors": { bytes, count in
      let content = Array(UnsafeBufferPointer(start: bytes, count: count))
      guard let file = try? SafetensorsFile(block: ByteBlock(copying: content), path: "fuzz") else { return 0 }
      for tensor in file.tensors {
        precondition(tensor.byteCount <= count, "a tensor is larger than its file")
        precondition(tensor.doubles().count >= tensor.count, "elements are missing")
      }
      return 0
    },
    "torch": { bytes, count in
      let content = Array(UnsafeBufferPointer(start: bytes, count: count))
      guard let value = try? TorchFile.read(block: ByteBlock(copying: content), path: "fuzz"),
        let state = try? value.stateDictionary()
      else { return 0 }
      var left = 1 << 24
      for tensor in state.tensors where tensor.byteCount <= left {
        left -= tensor.byteCount
        precondition(tensor.doubles().count >= tensor.count, "elements are missing")
      }
      return 0
    },
  ]

  /// Errors are what is wanted of bad files; crashes, hangs and large allocations are not.
  static func read(
    _ bytes: UnsafePointer<UInt8>?, _ count: Int, named name: String,
    _ open: (FileSource) throws -> OpenImage
  ) -> Int32 {
    let url = folder.appendingPathComponent(name)
    let file = Foundation.open(url.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0, count == 0 || Foundation.write(file, bytes, count) == count else { exit(1) }
    close(file)
    guard let source = try? FileSource(url), let image = try? open(source) else { return 0 }
    _ = try? image.stored()
    _ = try? image.labelMap()
    return 0
  }

  /// In memory where the system has such a place.
  static let folder: URL = {
    let shared = URL(fileURLWithPath: "/dev/shm")
    let base =
      FileManager.default.isWritableFile(atPath: shared.path)
      ? shared : FileManager.default.temporaryDirectory
    let folder = base.appendingPathComponent("fuzz-readers-\(getpid())")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: Main.folder) }
    return folder
  }()
}
