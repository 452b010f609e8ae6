#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Foundation
import MedVoxel

/// The files below a folder, each once, however links lead to it.
enum FolderWalk {
  private struct Identity: Hashable {
    var device: UInt64
    var number: UInt64

    init(_ facts: stat) { (device, number) = (UInt64(facts.st_dev), UInt64(facts.st_ino)) }
  }

  /// Regular files in the order of their paths, hidden ones left out; links to files and folders are followed.
  /// - Throws: `ImageError` when the folder itself can't be read; those in it are then passed over.
  static func files(below folder: URL) throws(ImageError) -> [URL] {
    var paths: [String] = []
    var visited: Set<Identity> = []
    var open = [folder.path]
    var isFirst = true
    while let path = open.popLast() {
      guard let directory = opendir(path) else {
        if isFirst {
          throw ImageError("the folder can't be read: \(systemMessage())", at: path, cause: .environment)
        }
        continue
      }
      defer { closedir(directory) }
      isFirst = false
      var facts = stat()
      // A folder that a link leads back to.
      guard fstat(dirfd(directory), &facts) == 0, visited.insert(Identity(facts)).inserted else { continue }
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 1024) { String(cString: $0) }
        }
        guard !name.hasPrefix(".") else { continue }
        let inside = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
        switch Int32(entry.pointee.d_type) {
        case Int32(DT_REG): paths.append(inside)
        case Int32(DT_DIR): open.append(inside)
        case Int32(DT_LNK), Int32(DT_UNKNOWN):
          guard stat(inside, &facts) == 0 else { continue }
          switch facts.st_mode & S_IFMT {
          case S_IFDIR: open.append(inside)
          // Several links to one file count once; a copy beside its link is told by its content later.
          case S_IFREG where visited.insert(Identity(facts)).inserted: paths.append(inside)
          default: break
          }
        default: break
        }
      }
    }
    return paths.sorted().map { URL(fileURLWithPath: $0, isDirectory: false) }
  }
}
