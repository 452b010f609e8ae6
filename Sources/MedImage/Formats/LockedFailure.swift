import Synchronization

/// The first of the errors that several threads meet, in the order of their work.
final class LockedFailure: Sendable {
  private let state = Mutex<(place: Int, error: ImageError)?>(nil)

  func note(_ error: ImageError, at place: Int) {
    state.withLock { if $0.map({ $0.place > place }) ?? true { $0 = (place, error) } }
  }

  /// Whether work before this failed, so that this need not be done.
  func precedes(_ place: Int) -> Bool { state.withLock { $0.map { $0.place < place } ?? false } }

  /// - Throws: the error that was noted, if there is one.
  func check() throws(ImageError) {
    if let failure = state.withLock({ $0 }) { throw failure.error }
  }
}
