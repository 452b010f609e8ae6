#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
public import Foundation
import MedVoxel

/// Writes files whole or not at all: to a temporary name beside the target, synced, then renamed.
public enum FileOutput {
  /// - Throws: `ImageError` (cause `.environment`) when the folder is missing or unwritable, the target is a
  ///   directory, or the disk is full. The target is then as it was before.
  public static func write(_ bytes: some Sequence<UInt8>, to url: URL) throws(ImageError) {
    try write(parts: [Array(bytes)], to: url)
  }

  /// The parts, one after the other.
  public static func write(parts: [[UInt8]], to url: URL) throws(ImageError) {
    try write(to: url) { writer throws(ImageError) in
      for part in parts {
        try part.withBytes { bytes throws(ImageError) in try writer.append(bytes) }
      }
    }
  }

  public static func write(
    to url: URL, _ body: (Writer) throws(ImageError) -> Void
  ) throws(ImageError) {
    let target = url.path
    var facts = stat()
    if stat(target, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR {
      throw ImageError(
        "expected a file name to write to, found a directory", at: target,
        remedy: "give the name of a file", cause: .environment)
    }
    let folder = url.deletingLastPathComponent().path
    let temporary =
      folder + "/.\(url.lastPathComponent).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).partial"
    let writer = try Writer(temporary: temporary, target: target)
    do throws(ImageError) {
      try body(writer)
      guard fsync(writer.number) == 0 else { throw writer.failure() }
      guard rename(temporary, target) == 0 else { throw writer.failure() }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// The open temporary file.
  public final class Writer {
    let number: Int32
    let target: String

    init(temporary: String, target: String) throws(ImageError) {
      self.target = target
      number = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard number >= 0 else {
        let remedy =
          errno == ENOENT || errno == ENOTDIR
          ? "create the folder first" : "choose a folder that this user may write to"
        throw ImageError(
          "the file can't be created: \(systemMessage())", at: target, remedy: remedy, cause: .environment)
      }
    }

    deinit { close(number) }

    public func append(_ bytes: UnsafeRawBufferPointer) throws(ImageError) {
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let count = systemWrite(number, base + done, bytes.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          throw failure()
        }
        done += count
      }
    }

    func failure() -> ImageError {
      ImageError(
        "writing failed: \(systemMessage())", at: target,
        remedy: errno == ENOSPC || errno == EDQUOT ? "free some space; nothing was left behind" : nil,
        cause: .environment)
    }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
