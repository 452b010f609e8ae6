internal import Foundation
internal import MedImage
internal import MedRecord
internal import MedTransform
internal import MedVoxel
internal import Synchronization

/// The prepared cases of a data set: kept in memory as far as the limit allows, read again beyond it.
final class PreparedCases: Sendable {
  struct Case: Sendable {
    var id: String
    var subject: Subject
    var scan: Grid
    var classes: ClassIndex

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
  init(
    files: [DatasetFolder.Case], plan: Plan,
    byteLimit: Int = Int(ProcessInfo.processInfo.physicalMemory / 2)
  ) {
    self.files = files
    self.byteLimit = byteLimit
    reader = CaseReader(channelCount: plan.channelNames.count, classCount: plan.classNames.count)
    preprocessor = Preprocessor(plan.preprocessing)
  }

  var count: Int { files.count }

  func `case`(_ index: Int) throws -> Case {
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
  func prepareAll(progress: @Sendable (Int) -> Void) throws(EngineError) {
    _ = try collect(count) { index in
      let made = try self.case(index)
      progress(index)
      return made.byteCount
    }
  }

  private func prepare(_ index: Int) throws -> Case {
    let prepared = try preprocessor.prepare(reader.read(files[index]))
    guard let labels = prepared.subject[labels: "label"] else {
      throw EngineError("the case “\(files[index].id)” has no label map", at: files[index].images.first?.path)
    }
    return Case(
      id: files[index].id, subject: prepared.subject, scan: prepared.scan, classes: try ClassIndex(labels))
  }
}
