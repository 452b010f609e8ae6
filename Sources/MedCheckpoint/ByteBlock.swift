import Foundation
import MedVoxel

/// Bytes that stay where they are as long as the object lives: a mapped file, or memory of the caller's.
public final class ByteBlock: @unchecked Sendable {
  // SAFETY: the bytes are never written after the initializer.
  public let bytes: UnsafeRawBufferPointer
  private let release: () -> Void

  private init(_ bytes: UnsafeRawBufferPointer, release: @escaping () -> Void) {
    self.bytes = bytes
    self.release = release
  }

  deinit { release() }

  /// A copy of `array`.
  public convenience init<Element>(copying array: [Element]) {
    let count = array.count * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 64)
    array.withUnsafeBytes { memory.copyMemory(from: $0) }
    self.init(UnsafeRawBufferPointer(rebasing: memory[..<count])) { memory.deallocate() }
  }

  /// Memory of that many bytes that the closure fills.
  convenience init(filling count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 64)
    let part = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
    fill(part)
    self.init(UnsafeRawBufferPointer(part)) { memory.deallocate() }
  }

  /// Memory from `malloc`, which the block frees.
  convenience init(adopting memory: UnsafeMutableRawBufferPointer) {
    self.init(UnsafeRawBufferPointer(memory)) { free(memory.baseAddress) }
  }

  /// Memory that `owner` keeps alive and that nobody writes meanwhile.
  public convenience init(borrowing bytes: UnsafeRawBufferPointer, from owner: AnyObject) {
    self.init(bytes) { withExtendedLifetime(owner) {} }
  }

  /// Maps the whole file; pages are read when they are touched.
  ///
  /// - Throws: `CheckpointError` when the file cannot be opened or is not a regular file.
  public convenience init(mapping path: String) throws(CheckpointError) {
    // A pipe without a writer must not block.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system("cannot be opened", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("cannot be examined", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError(
        "expected a file, found \(status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a device or pipe")",
        at: path, remedy: "give the path of the checkpoint itself")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      self.init(UnsafeRawBufferPointer(start: nil, count: 0)) {}
      return
    }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw .system("cannot be mapped into memory", path)
    }
    self.init(UnsafeRawBufferPointer(start: address, count: count)) { munmap(address, count) }
  }
}

extension CheckpointError {
  /// What the operating system refused, in its own words.
  static func system(_ statement: String, _ path: String) -> CheckpointError {
    let code = errno
    let remedy: String? =
      switch code {
      case ENOENT: "check the path"
      case EACCES, EPERM, EROFS: "check the permissions"
      default: nil
      }
    return CheckpointError(
      "\(statement): \(String(cString: strerror(code)))", at: path, remedy: remedy,
      cause: code == ENOENT ? .data : .environment)
  }
}
