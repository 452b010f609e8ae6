internal import Foundation
package import MedImage
package import MedRecord
package import MedTransform
package import MedVoxel
internal import Synchronization

/// The prepared cases of a data set: kept in memory as far as the limit allows, read again beyond it.
package final class PreparedCases: Sendable {
  package struct Case: Sendable {
    package var id: String
    package var subject: Subject
    package var scan: Grid
    package var classes: ClassIndex

    var byteCount: Int {
      (subject[scalar: "image"]?.voxels.count ?? 0) * 4 + (subject[labels: "label"]?.voxels.count ?? 0) * 2
    }
  }

  private struct Memory {
    var cases: [Int: Case] = [:]
    /// Least recently used first.
    var order: [Int] = []
    var bytes = 0
  }

  private let files: [DatasetFolder.Case]
  private let reader: CaseReader
  private let preprocessor: Preprocessor
  private let byteLimit: Int
  private let memory = Mutex(Memory())

  /// - Parameter byteLimit: half of the machine's memory by default.
  package init(
    files: [DatasetFolder.Case], plan: Plan,
    byteLimit: Int = Int(ProcessInfo.processInfo.physicalMemory / 2)
  ) {
    self.files = files
    self.byteLimit = byteLimit
    reader = CaseReader(channelCount: plan.channelNames.count, classCount: plan.classNames.count)
    preprocessor = Preprocessor(plan.preprocessing)
  }

  package var count: Int { files.count }

  package func `case`(_ index: Int) throws -> Case {
    if let known = memory.withLock({ memory in
      memory.cases[index].map { found in
        memory.order.removeAll { $0 == index }
        memory.order.append(index)
        return found
      }
    }) {
      return known
    }
    let made = try prepare(index)
    memory.withLock { memory in
      guard memory.cases[index] == nil, made.byteCount <= byteLimit else { return }
      memory.cases[index] = made
      memory.order.append(index)
      memory.bytes += made.byteCount
      while memory.bytes > byteLimit, let oldest = memory.order.first {
        memory.order.removeFirst()
        memory.bytes -= memory.cases.removeValue(forKey: oldest)?.byteCount ?? 0
      }
    }
    return made
  }

  /// Reads and prepares every case once, several at a time, so that all problems come at the start.
  package func prepareAll(progress: @Sendable (_ finished: Int) -> Void) throws(StudyError) {
    let finished = Atomic(0)
    _ = try collect(count) { index in
      let made = try self.case(index)
      progress(finished.add(1, ordering: .relaxed).newValue)
      return made.byteCount
    }
  }

  private func prepare(_ index: Int) throws -> Case {
    let prepared = try preprocessor.prepare(reader.read(files[index]))
    guard let labels = prepared.subject[labels: "label"] else {
      throw StudyError("the case “\(files[index].id)” has no label map", at: files[index].images.first?.path)
    }
    return Case(
      id: files[index].id, subject: prepared.subject, scan: prepared.scan, classes: try ClassIndex(labels))
  }
}
