#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Foundation
import MedVoxel

/// An open file, closed when the last reference goes.
final class FileDescriptor: Sendable {
  let number: Int32
  let name: String

  /// Opens a regular file for reading.
  /// - Throws: `ImageError` when it is missing, unreadable or a directory.
  init(reading url: URL) throws(ImageError) {
    name = url.path
    // A pipe without a writer must not block.
    number = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR:
        throw ImageError("there is no such file", at: name, remedy: "check the path")
      case EACCES, EPERM:
        throw ImageError(
          "the file may not be read by this user", at: name, remedy: "change its permissions",
          cause: .environment)
      default:
        throw ImageError("the file can't be opened: \(systemMessage())", at: name, cause: .environment)
      }
    }
  }

  deinit { close(number) }

  /// - Throws: `ImageError` for what is no regular file.
  func regularFileSize() throws(ImageError) -> Int {
    var facts = stat()
    guard fstat(number, &facts) == 0 else {
      throw ImageError("the file can't be examined: \(systemMessage())", at: name, cause: .environment)
    }
    switch facts.st_mode & S_IFMT {
    case S_IFREG: return Int(facts.st_size)
    case S_IFDIR:
      throw ImageError(
        "expected an image file, found a directory", at: name,
        remedy: "name a file; only a directory of DICOM slices is read as one image")
    default: throw ImageError("expected an image file, found a device or pipe", at: name)
    }
  }

  /// Fills the buffer from `offset`, short only at the end of the file.
  /// - Returns: the number of bytes read.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      let count = pread(number, base + done, buffer.count - done, off_t(offset + done))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw ImageError("reading failed: \(systemMessage())", at: name, cause: .environment)
      }
      done += count
    }
    return done
  }
}

/// What the last failed system call says.
func systemMessage() -> String { String(cString: strerror(errno)) }
