import Foundation
import MedVoxel

/// A file that appears under its name only when it is complete and on the disk.
///
/// Bytes go to a temporary name in the same folder; `commit` flushes them to the disk and renames. Whatever
/// happens before that, the file of that name stays what it was.
struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  static let marker = ".partial-"

  init(replacing path: String) throws(CheckpointError) {
    self.path = path
    let url = URL(fileURLWithPath: path)
    let (folder, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
    AtomicFile.removeLeftovers(in: folder, of: name)
    temporary = "\(folder)/.\(name)\(AtomicFile.marker)\(getpid())"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("cannot be written", path) }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporary) }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var offset = 0
    while offset < bytes.count {
      // At most 1 GiB a call: the system limits one write to less than 2 GiB.
      let count = Foundation.write(
        descriptor, bytes.baseAddress! + offset, min(bytes.count - offset, 1 << 30))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .system("cannot be written", path) }
      offset += count
    }
  }

  mutating func write(_ text: String) throws(CheckpointError) {
    let block = ByteBlock(copying: Array(text.utf8))
    defer { withExtendedLifetime(block) {} }
    try write(block.bytes)
  }

  /// Flushes, renames, and flushes the folder, so that the new name survives a power cut.
  mutating func commit() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw .system("cannot be flushed to the disk", path) }
    guard rename(temporary, path) == 0 else { throw .system("cannot be renamed into place", path) }
    isCommitted = true
    let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  /// Removes what writers that no longer run left behind in a folder, of one file or of all.
  static func removeLeftovers(in folder: String, of file: String = "") {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard name.hasPrefix("." + file), let range = name.range(of: marker, options: .backwards),
        let process = Int32(name[range.upperBound...]), process != getpid(), kill(process, 0) != 0,
        errno == ESRCH
      else { continue }
      unlink(folder + "/" + name)
    }
  }
}
