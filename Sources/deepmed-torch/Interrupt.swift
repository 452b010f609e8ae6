import Dispatch
import Foundation
import Synchronization

/// Notes that the user pressed Ctrl-C (or the system asked to end), so that work can stop at a good moment. The second
/// time ends the process at once.
final class Interrupt: @unchecked Sendable {
  // SAFETY: the sources never change, and the count is atomic.
  private let count = Atomic(0)
  private let sources: [any DispatchSourceSignal]

  init() {
    let queue = DispatchQueue(label: "interrupt")
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [weak self] in
        if let self, self.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(1) }
      }
      source.activate()
    }
  }

  var wasAsked: Bool { count.load(ordering: .relaxed) > 0 }
}
