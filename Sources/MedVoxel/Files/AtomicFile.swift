public import Foundation

/// A file that appears under its name only when it is complete and on the disk.
///
/// Bytes go to a temporary name in the same folder; `commit` flushes them and renames. Whatever happens before
/// that, the file of that name stays what it was, and the temporary one goes. All of the toolkit's files are
/// written so.
///
/// - Errors: of the type `Failure`, with cause `.environment`: the folder is missing or may not be written, the
///   name is that of a folder or device, the disk is full.
public struct AtomicFile<Failure: ExplainedError>: ~Copyable {
  private let path: String
  private let folder: String
  private let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Opens the temporary file.
  public init(replacing path: String) throws(Failure) {
    self.path = path
    let url = URL(fileURLWithPath: path)
    folder = url.deletingLastPathComponent().path
    temporary = "\(folder)/\(TemporaryName.make(for: url.lastPathComponent))"
    var facts = stat()
    // Renaming would put a file in the place of `/dev/null`.
    if stat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG {
      let isFolder = facts.st_mode & S_IFMT == S_IFDIR
      throw Failure(
        [
          Problem(
            expected: "a file name to write to", found: isFolder ? "a folder" : "a device or pipe", at: path,
            remedy: "give the name of a file")
        ], cause: .environment)
    }
    let opened = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard opened >= 0 else { throw refusal("the file cannot be created", errno, path) }
    descriptor = opened
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporary) }
  }

  /// Appends bytes.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    guard let base = bytes.baseAddress else { return }
    var offset = 0
    while offset < bytes.count {
      // At most 1 GiB a call: the system limits one write to less than 2 GiB.
      let count = Foundation.write(descriptor, base + offset, min(bytes.count - offset, 1 << 30))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw refusal("the file cannot be written", errno, path) }
      offset += count
    }
  }

  /// Appends bytes.
  public mutating func write(_ bytes: [UInt8]) throws(Failure) {
    try bytes.withUnsafeBufferPointer { elements throws(Failure) in
      try write(UnsafeRawBufferPointer(elements))
    }
  }

  /// Flushes, renames, and flushes the folder, so that the new name survives a power cut.
  public consuming func commit() throws(Failure) {
    guard fsync(descriptor) == 0 else { throw refusal("the file cannot be flushed to the disk", errno, path) }
    guard rename(temporary, path) == 0 else {
      throw refusal("the file cannot be renamed into place", errno, path)
    }
    isCommitted = true
    let directory = open(folder, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  /// Writes a whole file.
  public static func write(_ bytes: some Sequence<UInt8>, to url: URL) throws(Failure) {
    var file = try AtomicFile(replacing: url.path)
    try file.write(Array(bytes))
    try file.commit()
  }
}

/// What writers that no longer run left behind: a process that is killed cannot tidy up.
public enum AtomicFileLeftovers {
  /// Removes the temporary files of ended processes from a folder.
  /// - Complexity: O(files in the folder).
  public static func remove(in folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let process = TemporaryName.process(of: name), process != getpid(), kill(process, 0) != 0,
        errno == ESRCH
      else { continue }
      unlink(folder + "/" + name)
    }
  }
}

/// `.NAME.partial-PROCESS-NUMBER`
private enum TemporaryName {
  static let marker = ".partial-"

  static func make(for name: String) -> String {
    // A file system limits names to 255 bytes.
    var stem = name
    while stem.utf8.count > 200 { stem.removeLast() }
    return ".\(stem)\(marker)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
  }

  static func process(of name: String) -> Int32? {
    guard name.hasPrefix("."), let range = name.range(of: marker, options: .backwards) else { return nil }
    return name[range.upperBound...].split(separator: "-").first.flatMap { Int32($0) }
  }
}

/// What the operating system refused, in its own words.
private func refusal<Failure: ExplainedError>(
  _ statement: String, _ code: Int32, _ path: String
) -> Failure {
  let problem = Problem(
    "\(statement): \(String(cString: strerror(code)))", at: path, remedy: writingRemedy(for: code))
  return Failure([problem], cause: .environment)
}

/// What to try when the system refuses to write.
func writingRemedy(for code: Int32) -> String? {
  switch code {
  case ENOENT, ENOTDIR: "create the folder first"
  case EACCES, EPERM, EROFS: "choose a folder that this user may write to"
  case ENOSPC, EDQUOT: "free some space; nothing was left behind"
  case EFBIG: "raise the limit on the size of files (ulimit -f); nothing was left behind"
  case ENAMETOOLONG: "choose a shorter name"
  default: nil
  }
}
