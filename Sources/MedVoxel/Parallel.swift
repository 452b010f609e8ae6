import Dispatch
import Foundation

/// Work split over threads. What is computed never depends on how many there are: pieces are cut by the
/// work's own shape, and results are combined in the pieces' order.
public enum Parallel {
  /// The processors this process may use.
  public static let processorCount = max(1, ProcessInfo.processInfo.activeProcessorCount)

  /// Calls `body` once for each index of `0..<count`, several at a time; calls must not write the same memory.
  public static func forEach(_ count: Int, body: (Int) -> Void) {
    if count <= 1 {
      if count == 1 { body(0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // SAFETY: `concurrentPerform` returns after the last call; callers write disjoint memory.
      nonisolated(unsafe) let work = body
      DispatchQueue.concurrentPerform(iterations: count) { work($0) }
    }
  }

  /// Cuts `0..<count` into ranges of `chunk` (the last may be shorter) and calls `body` for each.
  public static func forEachChunk(of count: Int, chunk: Int, body: (Range<Int>) -> Void) {
    let step = max(1, chunk)
    forEach((count + step - 1) / step) { body($0 * step..<min(count, ($0 + 1) * step)) }
  }

  /// One result for each index, in the order of the indices.
  public static func map<Result: Sendable>(_ count: Int, body: @Sendable (Int) -> Result) -> [Result] {
    guard count > 0 else { return [] }
    return [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let base = buffer.baseAddress
      forEach(count) { index in (base! + index).initialize(to: body(index)) }
      initialized = count
    }
  }
}
