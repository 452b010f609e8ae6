internal import Foundation
internal import MedVoxel

/// Patches made ahead of the training step, by threads of their own, handed out in order.
package final class BatchQueue: @unchecked Sendable {
  // SAFETY: everything mutable is read and written while holding `condition`.
  private let condition = NSCondition()
  private let source: PatchSource
  private let batchSize: Int
  private let end: Int
  private let ahead: Int
  private var nextToMake: (iteration: Int, item: Int)
  private var nextToTake: Int
  private var ready: [Int: [Int: Result<Patch, any Error>]] = [:]
  private var isStopped = false
  private var running: Int

  /// - Parameters:
  ///   - iterations: the steps to prepare patches for.
  ///   - ahead: how many steps the threads may be ahead.
  package init(source: PatchSource, batchSize: Int, iterations: Range<Int>, ahead: Int, threads: Int) {
    self.source = source
    self.batchSize = batchSize
    self.ahead = max(1, ahead)
    end = iterations.upperBound
    nextToMake = (iterations.lowerBound, 0)
    nextToTake = iterations.lowerBound
    running = max(1, threads)
    for _ in 0..<running {
      let thread = Thread { [self] in work() }
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// The patches of the next step; waits for them.
  package func next() throws -> [Patch] {
    condition.lock()
    while ready[nextToTake]?.count != batchSize { condition.wait() }
    let items = ready.removeValue(forKey: nextToTake) ?? [:]
    nextToTake += 1
    condition.broadcast()
    condition.unlock()
    return try (0..<batchSize).compactMap { try items[$0]?.get() }
  }

  /// Ends the threads and waits for them.
  package func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    while running > 0 { condition.wait() }
    condition.unlock()
  }

  private func work() {
    while let (iteration, item) = take() {
      let patch = Result { try source.patch(iteration: iteration, item: item) }
      condition.lock()
      ready[iteration, default: [:]][item] = patch
      condition.broadcast()
      condition.unlock()
    }
    condition.lock()
    running -= 1
    condition.broadcast()
    condition.unlock()
  }

  private func take() -> (iteration: Int, item: Int)? {
    condition.lock()
    defer { condition.unlock() }
    while !isStopped, nextToMake.iteration < end, nextToMake.iteration >= nextToTake + ahead { condition.wait() }
    guard !isStopped, nextToMake.iteration < end else { return nil }
    let place = nextToMake
    nextToMake = place.item + 1 < batchSize ? (place.iteration, place.item + 1) : (place.iteration + 1, 0)
    return place
  }
}
