import Synchronization

/// The smallest of the numbers that several threads report.
final class LockedMinimum: Sendable {
  private let state = Mutex<Int?>(nil)

  func update(_ candidate: Int) { state.withLock { $0 = min($0 ?? candidate, candidate) } }

  var value: Int? { state.withLock { $0 } }
}
