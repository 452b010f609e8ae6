import CVoxelKernels

/// The number of voxels along the axes `[I, J, K]`.
public typealias GridSize = SIMD3<Int>
/// A voxel's position on the grid, `[i, j, k]`, counted from zero.
public typealias GridIndex = SIMD3<Int>

extension SIMD3 where Scalar == Int {
  /// The product of the three sizes.
  @inlinable public var voxelCount: Int { x * y * z }
}

/// Voxels of one type in one block of memory: 64-byte aligned, reference counted, copied on write.
///
/// - Shape: `[C, I, J, K]`. The first spatial axis is the fastest in memory and the channel the slowest, as
///   scan files have it; `strides` says so in elements. A 2-D image has `K = 1`.
/// - Complexity: copying the value is O(1); the first write to shared storage copies it.
public struct VoxelBuffer<Element: VoxelScalar>: @unchecked Sendable {
  // SAFETY: the storage is written only while uniquely referenced.
  @usableFromInline var storage: VoxelStorage<Element>
  public let channels: Int
  public let size: GridSize

  /// Zeros.
  /// - Precondition: no size is negative and the byte count fits an `Int`; check sizes that come from files.
  public init(channels: Int = 1, size: GridSize) {
    self.init(uninitializedChannels: channels, size: size)
    if storage.count > 0 { storage.base.initialize(repeating: 0, count: storage.count) }
  }

  public init(channels: Int = 1, size: GridSize, repeating value: Element) {
    self.init(uninitializedChannels: channels, size: size)
    if storage.count > 0 { storage.base.initialize(repeating: value, count: storage.count) }
  }

  /// Memory that the closure fills completely; use it where zeroing first would cost a pass.
  public init<Failure: Error>(
    channels: Int = 1, size: GridSize,
    filledBy fill: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    self.init(uninitializedChannels: channels, size: size)
    try fill(UnsafeMutableBufferPointer(start: storage.base, count: storage.count))
  }

  /// Memory with room before the elements: for bytes that must be decoded in one piece with them, such as a
  /// file's header under compression.
  ///
  /// - Parameter leadingBytes: how much room. The closure gets it and the elements' memory, in one piece.
  public init<Failure: Error>(
    channels: Int = 1, size: GridSize, leadingBytes: Int,
    filledBy fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(leadingBytes >= 0 && channels >= 0 && size.min() >= 0, "negative size")
    self.channels = channels
    self.size = size
    storage = VoxelStorage(count: channels * size.voxelCount, leadingBytes: leadingBytes)
    let start = UnsafeMutableRawPointer(storage.base) - leadingBytes
    try fill(
      UnsafeMutableRawBufferPointer(
        start: start, count: leadingBytes + storage.count * MemoryLayout<Element>.stride))
  }

  /// Elements in memory order (first axis fastest).
  /// - Precondition: `elements.count == channels * size.voxelCount`.
  public init(channels: Int = 1, size: GridSize, elements: [Element]) {
    precondition(elements.count == channels * size.voxelCount, "the elements don't fill the shape")
    self.init(uninitializedChannels: channels, size: size)
    for (offset, element) in elements.enumerated() { storage.base[offset] = element }
  }

  init(uninitializedChannels channels: Int, size: GridSize) {
    precondition(channels >= 0 && size.x >= 0 && size.y >= 0 && size.z >= 0, "negative size")
    self.channels = channels
    self.size = size
    storage = VoxelStorage(count: channels * size.voxelCount)
  }

  /// All elements, over all channels.
  @inlinable public var count: Int { storage.count }
  /// Voxels in one channel.
  @inlinable public var voxelCount: Int { size.voxelCount }
  /// Distances in elements between neighbours along channel, I, J, K.
  public var strides: (channel: Int, i: Int, j: Int, k: Int) {
    (size.voxelCount, 1, size.x, size.x * size.y)
  }

  @inlinable public subscript(channel: Int = 0, i: Int, j: Int, k: Int) -> Element {
    get {
      precondition(contains(channel, i, j, k), "voxel index out of range")
      return storage.base[offset(channel, i, j, k)]
    }
    set {
      precondition(contains(channel, i, j, k), "voxel index out of range")
      makeUnique()
      storage.base[offset(channel, i, j, k)] = newValue
    }
  }

  @inlinable func contains(_ c: Int, _ i: Int, _ j: Int, _ k: Int) -> Bool {
    c >= 0 && c < channels && i >= 0 && i < size.x && j >= 0 && j < size.y && k >= 0 && k < size.z
  }

  @inlinable func offset(_ c: Int, _ i: Int, _ j: Int, _ k: Int) -> Int {
    i + size.x * (j + size.y * (k + size.z * c))
  }

  @inlinable public func withUnsafeBuffer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.base, count: storage.count))
  }

  /// Copies the storage first when another value shares it.
  @inlinable public mutating func withUnsafeMutableBuffer<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeUnique()
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: storage.count))
  }

  @inlinable mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
  }

  /// Whether a write happens in place.
  public var isUnshared: Bool {
    mutating get { isKnownUniquelyReferenced(&storage) }
  }

  /// The elements in memory order.
  public var elements: [Element] { withUnsafeBuffer { Array($0) } }

  /// The same memory seen with other sizes.
  /// - Precondition: the number of elements is the same.
  public func reshaped(channels: Int, size: GridSize) -> VoxelBuffer {
    precondition(channels * size.voxelCount == count, "reshaping changes the number of elements")
    return VoxelBuffer(storage: storage, channels: channels, size: size)
  }

  init(storage: VoxelStorage<Element>, channels: Int, size: GridSize) {
    self.storage = storage
    self.channels = channels
    self.size = size
  }

  /// The memory itself, and the object that keeps it alive: for handing it to a tensor without a copy. The
  /// memory must not be written through this pointer.
  public var sharedMemory: (owner: AnyObject, address: UnsafeMutableRawPointer) {
    (storage, UnsafeMutableRawPointer(storage.base))
  }
}

extension VoxelBuffer: Equatable {
  public static func == (a: VoxelBuffer, b: VoxelBuffer) -> Bool {
    guard a.channels == b.channels, a.size == b.size else { return false }
    if a.storage === b.storage { return true }
    return a.withUnsafeBuffer { x in b.withUnsafeBuffer { y in x.elementsEqual(y) } }
  }
}

/// The memory of a `VoxelBuffer`.
@usableFromInline final class VoxelStorage<Element: VoxelScalar> {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let count: Int
  /// The block, which may begin before the elements, and its size in bytes.
  private let block: UnsafeMutableRawPointer
  private let capacity: Int
  private static var smallestBlock: Int { Int(VK_SMALLEST_BLOCK) }

  init(count: Int, leadingBytes: Int = 0) {
    self.count = count
    // Whole cache lines, so that the elements stay aligned.
    let lead = (leadingBytes + 63) / 64 * 64
    let bytes = lead + max(count, 1) * MemoryLayout<Element>.stride
    if bytes >= Self.smallestBlock {
      var size = 0
      guard let taken = vk_block_take(bytes, &size) else {
        preconditionFailure("out of memory: \(bytes) bytes for \(count) voxels")
      }
      (block, capacity) = (taken, size)
    } else {
      (block, capacity) = (UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64), bytes)
    }
    base = (block + lead).bindMemory(to: Element.self, capacity: max(count, 1))
  }

  @usableFromInline func copy() -> VoxelStorage {
    let other = VoxelStorage(count: count)
    other.base.initialize(from: base, count: count)
    return other
  }

  deinit {
    if capacity >= Self.smallestBlock {
      vk_block_give(block, capacity)
    } else {
      block.deallocate()
    }
  }
}
