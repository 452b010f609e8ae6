import MedVoxel

/// Reads pickles (protocols 0 to 5) that hold tensors, containers, numbers and texts, and nothing else.
///
/// Names that would run code are recorded and never followed; reading goes on so that all of them can be told
/// at once. Time and memory are proportional to the pickle: nodes, copies and names have budgets.
struct PickleMachine {
  /// The file, or what holds the pickle; positions count from its start.
  let block: ByteBlock
  let bytes: UnsafeRawBufferPointer
  /// What messages call the pickle.
  let place: String
  var position: Int
  private let start: Int
  /// The pickle's own bytes.
  var length: Int { bytes.count - start }
  var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  var nodes: [PickleNode] = []
  var blobs: [ByteBlock] = []
  var storages: [PickleStorage] = []
  var tensors: [PickleTensor] = []
  private(set) var refusedNames: [String] = []
  private var copied = 0

  /// More than any real checkpoint needs; a pickle that claims more is refused.
  static let largestArena = 2_000_000
  static let longestName = 1000

  /// - Precondition: the range lies inside the block.
  init(block: ByteBlock, range: Range<Int>, place: String) {
    self.block = block
    bytes = UnsafeRawBufferPointer(rebasing: block.bytes[..<range.upperBound])
    position = range.lowerBound
    start = range.lowerBound
    self.place = place
  }

  func failure(_ statement: String, remedy: String? = nil) -> CheckpointError {
    CheckpointError(statement, at: "\(place), byte \(position)", remedy: remedy)
  }

  /// Runs one pickle up to its end and returns what it made.
  /// - Throws: `CheckpointError` with every refused name, or the first thing that makes no sense.
  mutating func run() throws(CheckpointError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    do {
      while try step() {}
      let value = try pop()
      if refusedNames.isEmpty { return value }
    } catch {
      if refusedNames.isEmpty { throw error }
    }
    throw refusal
  }

  private var refusal: CheckpointError {
    var problems = refusedNames.prefix(50).map {
      Problem("“\($0)” \(PickleGlobal.explanation(of: $0)), and is refused", at: place)
    }
    if refusedNames.count > 50 {
      problems.append(Problem("\(refusedNames.count - 50) more names", at: place))
    }
    problems[problems.count - 1].remedy = "save only tensors, in Python: torch.save(model.state_dict(), path)"
    return CheckpointError(problems)
  }

  // MARK: Bytes

  mutating func take(_ count: Int) throws(CheckpointError) -> Range<Int> {
    guard count >= 0, count <= bytes.count - position else {
      throw failure("the pickle ends early: \(count) bytes are asked for, \(bytes.count - position) are left")
    }
    defer { position += count }
    return position..<position + count
  }

  mutating func integer<T: FixedWidthInteger>(_: T.Type) throws(CheckpointError) -> T {
    let range = try take(MemoryLayout<T>.size)
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: T.self))
  }

  mutating func length(_ wide: UInt64) throws(CheckpointError) -> Int {
    guard let count = Int(exactly: wide) else { throw failure("a length of \(wide) bytes") }
    return count
  }

  /// The bytes up to the next line feed.
  mutating func line() throws(CheckpointError) -> String {
    let start = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    guard position < bytes.count else { throw failure("the pickle ends within a line") }
    defer { position += 1 }
    return text(start..<position)
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  // MARK: Stack

  mutating func push(_ value: PickleValue) { stack.append(value) }

  mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw failure("the stack is empty")
    }
    return value
  }

  mutating func mark() { marks.append(stack.count) }

  mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw failure("a mark is missing") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  var top: PickleValue? { stack.count > (marks.last ?? 0) ? stack.last : nil }

  // MARK: Memo and arena

  mutating func remember(_ index: Int?) throws(CheckpointError) {
    guard let top else { throw failure("the stack is empty") }
    memo[index ?? memo.count] = top
  }

  mutating func recall(_ index: Int) throws(CheckpointError) {
    guard let value = memo[index] else { throw failure("memo entry \(index) was never set") }
    push(value)
  }

  mutating func make(_ kind: PickleNode.Kind, _ children: [PickleValue] = []) throws(CheckpointError)
    -> PickleValue
  {
    guard nodes.count < PickleMachine.largestArena else {
      throw failure("the pickle holds more than \(PickleMachine.largestArena) containers")
    }
    nodes.append(PickleNode(kind: kind, children: children))
    return .node(nodes.count - 1)
  }

  /// Pays for elements or bytes that are copied from an existing value.
  mutating func charge(_ count: Int) throws(CheckpointError) {
    copied += count
    // Honest pickles copy each of their elements once at most.
    guard copied <= 1_000_000 + 4 * length else {
      throw failure("the pickle copies its own content again and again")
    }
  }

  // MARK: Names

  mutating func pushGlobal(module: String, name: String) throws(CheckpointError) {
    guard module.utf8.count <= PickleMachine.longestName, name.utf8.count <= PickleMachine.longestName else {
      throw failure("a name of \(module.utf8.count + name.utf8.count) bytes")
    }
    if let type = PickleGlobal.dataType(module: module, name: name) { return push(.dtype(type)) }
    let global = PickleGlobal(module: module, name: name)
    if global == .refused { refuse("\(module).\(name)") }
    push(.global(global))
  }

  mutating func refuse(_ fullName: String) {
    // Checkpoints name few classes; past a thousand nobody reads them.
    if refusedNames.count < 1000, !refusedNames.contains(fullName) { refusedNames.append(fullName) }
  }
}
