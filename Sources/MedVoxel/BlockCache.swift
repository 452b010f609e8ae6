import CVoxelKernels
import Foundation

/// Freed blocks of memory kept for the next buffer of about the same size.
///
/// Fresh memory is cleared by the system page by page, which costs more than most passes over a volume; a
/// pipeline or a training loop frees and asks for the same few sizes again and again. At most 192 MiB are kept.
final class BlockCache: @unchecked Sendable {
  // SAFETY: `blocks` and `total` are only touched under the lock.
  static let shared = BlockCache()
  static let smallest = 1 << 20
  static let capacity = 192 << 20

  private let lock = NSLock()
  private var blocks: [(address: UnsafeMutableRawPointer, bytes: Int)] = []
  private var total = 0

  /// Memory of at least `bytes` bytes, and how many it really has.
  func take(_ bytes: Int) -> (address: UnsafeMutableRawPointer, bytes: Int) {
    lock.lock()
    // The newest that fits with at most a quarter to spare: it is the likeliest to be in cache.
    let found = blocks.lastIndex { $0.bytes >= bytes && $0.bytes - bytes <= bytes / 4 }
    let block = found.map { blocks.remove(at: $0) }
    total -= block?.bytes ?? 0
    lock.unlock()
    if let block { return block }
    let isLarge = bytes >= 4 << 20
    let address = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? 2 << 20 : 64)
    if isLarge { vk_advise_large(address, bytes) }
    return (address, bytes)
  }

  func give(_ address: UnsafeMutableRawPointer, _ bytes: Int) {
    var freed: [UnsafeMutableRawPointer] = []
    lock.lock()
    if bytes <= BlockCache.capacity {
      blocks.append((address, bytes))
      total += bytes
    } else {
      freed.append(address)
    }
    while total > BlockCache.capacity {
      let oldest = blocks.removeFirst()
      total -= oldest.bytes
      freed.append(oldest.address)
    }
    lock.unlock()
    for address in freed { address.deallocate() }
  }
}
