import CVoxelKernels
import Testing

/// The cache is the process's; other tests use it at the same time, so that only what holds always is asked.
@Suite struct BlockCacheTests {
  @Test func `a block has the size asked for, aligned, and can be written whole`() throws {
    for bytes in [1 << 20, (1 << 20) + 1, 5_000_001, 40 << 20] {
      var capacity = 0
      let block = try #require(vk_block_take(bytes, &capacity))
      #expect(capacity >= bytes && capacity - bytes < bytes / 2)
      #expect(Int(bitPattern: block) % 64 == 0)
      block.initializeMemory(as: UInt8.self, repeating: 7, count: capacity)
      #expect(block.load(fromByteOffset: capacity - 1, as: UInt8.self) == 7)
      vk_block_give(block, capacity)
    }
  }

  @Test func `an impossible size gives nothing`() {
    var capacity = 0
    #expect(vk_block_take(Int.max, &capacity) == nil)
    #expect(vk_block_take(1 << 60, &capacity) == nil)
    #expect(vk_block_usage().peak < 1 << 60)
  }

  @Test func `what is kept never makes the process larger than its peak`() throws {
    for round in 1...20 {
      var capacity = 0
      let block = try #require(vk_block_take((round % 7 + 1) << 21, &capacity))
      let usage = vk_block_usage()
      #expect(usage.used + usage.kept <= usage.peak)
      vk_block_give(block, capacity)
    }
  }
}
