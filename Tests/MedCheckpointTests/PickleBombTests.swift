import Testing

@testable import MedCheckpoint

/// Pickles made to take time, memory or the stack.
@Suite struct PickleBombTests {
  private func refused(_ bytes: [UInt8]) { #expect(throws: CheckpointError.self) { try readTorch(bytes) } }

  @Test func deepContainers() {
    // A million lists, each the only element of the next.
    let count = 1_000_000
    refused(
      [0x80, 2] + [UInt8](repeating: 0x5D, count: count) + [UInt8](repeating: 0x61, count: count - 1) + [0x2E]
    )
    refused([0x80, 2, 0x4E] + [UInt8](repeating: 0x85, count: count) + [0x2E])
  }

  @Test func doublingContainers() {
    // l₀ = [None]; lₙ₊₁ = [lₙ, lₙ]: 2⁶⁰ values in 400 bytes.
    var bytes: [UInt8] = [0x80, 2, 0x5D, 0x4E, 0x61, 0x71, 0]
    for level in 0..<60 as Range<UInt8> {
      bytes += [0x30, 0x5D, 0x28, 0x68, level, 0x68, level, 0x65, 0x71, level + 1]
    }
    refused(bytes + [0x2E])
  }

  @Test func containersThatHoldThemselves() {
    refused([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])
    refused([0x80, 2, 0x7D, 0x71, 0, 0x58, 1, 0, 0, 0, 0x61, 0x68, 0, 0x73, 0x2E])
  }

  @Test func copiesOfCopies() {
    // tuple(l) of one long list, many times over, each time kept.
    var bytes: [UInt8] = [0x80, 2, 0x5D, 0x28] + [UInt8](repeating: 0x4E, count: 100_000) + [0x65, 0x71, 0]
    let copy: [UInt8] = Array("cbuiltins\nlist\n".utf8) + [0x68, 0, 0x85, 0x52, 0x4E, 0x61]
    for _ in 0..<20_000 { bytes += copy }
    refused(bytes + [0x2E])
  }

  @Test func hugeNumbersAndLengths() {
    refused([0x80, 2, 0x8B, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E])
    refused([0x80, 2, 0x8B, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E])
    refused([0x80, 4, 0x8E, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E])
    refused([0x80, 4, 0x8E, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E])
    refused([0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E])
  }

  @Test func nonsense() {
    refused([0x80, 2, 0x2E])
    refused([0x80, 2, 0x30, 0x2E])
    refused([0x80, 2, 0x65, 0x2E])
    refused([0x80, 2, 0x68, 5, 0x2E])
    refused([0x80, 2, 0x4E, 0x4E, 0x61, 0x2E])
    refused([0x80, 9, 0x4E, 0x2E])
    refused([0x80, 2, 0xFF])
    refused([0x80, 2, 0x82, 1, 0x2E])
  }

  @Test func numbersOfEveryLength() throws {
    for (bytes, value) in [
      ([], 0), ([0x7F], 127), ([0xFF], -1), ([0, 0x80], -32768), ([0, 0, 0, 0, 0, 0, 0, 0x80], Int.min),
    ] as [([UInt8], Int)] {
      guard case .integer(value) = try readTorch([0x80, 2, 0x8A, UInt8(bytes.count)] + bytes + [0x2E]) else {
        Issue.record("\(value)")
        continue
      }
    }
    // 2⁷⁰ keeps its size though not its digits.
    let wide = [UInt8](repeating: 0, count: 8) + [0x40]
    guard case .number(0x1p70) = try readTorch([0x80, 2, 0x8A, 9] + wide + [0x2E]) else {
      Issue.record("2^70")
      return
    }
  }
}
