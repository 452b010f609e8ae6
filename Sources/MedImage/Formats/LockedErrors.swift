import Synchronization

/// What fails in several threads; the first by its position is told.
final class LockedErrors: Sendable {
  private let state = Mutex<[Int: ImageError]>([:])

  func add(_ error: ImageError, at position: Int) { state.withLock { $0[position] = error } }

  func throwFirst() throws(ImageError) {
    if let first = state.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
  }
}
