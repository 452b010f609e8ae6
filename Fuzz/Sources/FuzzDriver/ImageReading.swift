import Foundation
public import MedImage

/// Hands inputs to an image reader as a file of the given name; errors are what is wanted of bad ones.
///
/// - Parameter partner: the name and content of a file beside it that stays.
public func fuzzImages(
  named name: String, partner: (name: String, content: [UInt8])? = nil,
  _ open: @escaping (FileSource) throws -> OpenImage
) {
  // In memory where the system has such a place.
  let shared = URL(fileURLWithPath: "/dev/shm")
  let base =
    FileManager.default.isWritableFile(atPath: shared.path) ? shared : FileManager.default.temporaryDirectory
  let url = base.appendingPathComponent("fuzz-\(getpid())-\(name)")
  if let partner {
    let place = base.appendingPathComponent("fuzz-\(getpid())-\(partner.name)")
    guard (try? Data(partner.content).write(to: place)) != nil else { return }
  }
  fuzz { bytes in
    let file = Foundation.open(url.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count, "the input can't be written")
    close(file)
    defer { unlink(url.path) }
    guard let source = try? FileSource(url), let image = try? open(source) else { return }
    _ = try? image.stored()
    _ = try? image.labelMap()
  }
}
