import MedCheckpoint
import MedVoxel

/// An array in C order (last axis fastest), as the vectors have it.
struct NDArray {
  var shape: [Int]
  var values: [Double]
  /// The type of the elements, where it is known.
  var type: StoredType?

  init(shape: [Int], values: [Double], type: StoredType? = nil) {
    precondition(values.count == shape.reduce(1, *), "the values don't fill the shape")
    self.shape = shape
    self.values = values
    self.type = type
  }

  init(shape: [Int], floats: [Float]) {
    self.init(shape: shape, values: floats.map(Double.init), type: .float32)
  }

  init(scalar value: Double) { self.init(shape: [], values: [value]) }

  init(_ tensor: StoredTensor) {
    let isComplex = tensor.type == .complex64 || tensor.type == .complex128
    self.init(shape: tensor.shape + (isComplex ? [2] : []), values: tensor.doubles(), type: tensor.type)
  }

  /// Nested lists of numbers.
  init(nested json: JSONValue) throws {
    guard let list = json.array else {
      self.init(scalar: try json.parityDouble())
      return
    }
    let parts = try list.map { try NDArray(nested: $0) }
    guard parts.allSatisfy({ $0.shape == parts[0].shape }) else { throw Unsupported("ragged list") }
    self.init(shape: [parts.count] + (parts.first?.shape ?? []), values: parts.flatMap(\.values))
  }

  var floats: [Float] { values.map { Float($0) } }
  var count: Int { values.count }

  /// Every `stride[a]`-th element along each axis.
  func strided(_ stride: [Int]) -> NDArray {
    guard stride.count == shape.count, stride.contains(where: { $0 > 1 }) else { return self }
    let size = zip(shape, stride).map { ($0 + $1 - 1) / $1 }
    var result: [Double] = []
    result.reserveCapacity(size.reduce(1, *))
    func visit(_ axis: Int, _ base: Int) {
      guard axis < shape.count else { return result.append(values[base]) }
      for index in Swift.stride(from: 0, to: shape[axis], by: stride[axis]) {
        visit(axis + 1, base * shape[axis] + index)
      }
    }
    visit(0, 0)
    return NDArray(shape: size, values: result, type: type)
  }
}

// MARK: Voxels

extension NDArray {
  /// The number of spatial axes of a channel-first image.
  var rank: Int { shape.count - 1 }

  /// `[C, I]`, `[C, I, J]` or `[C, I, J, K]` as voxels, whose first spatial axis runs fastest.
  func voxels<Element: VoxelScalar>(_: Element.Type = Element.self) throws -> VoxelBuffer<Element> {
    guard (2...4).contains(shape.count) else { throw Unsupported("image of shape \(shape)") }
    let spatial = shape.dropFirst() + Array(repeating: 1, count: 4 - shape.count)
    let size = GridSize(spatial[1], spatial[2], spatial[3])
    var voxels = VoxelBuffer<Element>(channels: shape[0], size: size)
    voxels.withUnsafeMutableBuffer { target in
      var source = 0
      for c in 0..<shape[0] {
        for i in 0..<size.x {
          for j in 0..<size.y {
            for k in 0..<size.z {
              target[i + size.x * (j + size.y * (k + size.z * c))] = Element(nearest: values[source])
              source += 1
            }
          }
        }
      }
    }
    return voxels
  }

  /// - Parameter rank: the number of spatial axes to keep; those left out have one voxel.
  init<Element: VoxelScalar>(_ voxels: VoxelBuffer<Element>, rank: Int = 3) {
    let size = voxels.size
    var values: [Double] = []
    values.reserveCapacity(voxels.count)
    voxels.withUnsafeBuffer { source in
      for c in 0..<voxels.channels {
        for i in 0..<size.x {
          for j in 0..<size.y {
            for k in 0..<size.z {
              values.append(source[i + size.x * (j + size.y * (k + size.z * c))].doubleValue)
            }
          }
        }
      }
    }
    let spatial = [size.x, size.y, size.z].prefix(rank)
    let kept = spatial.reduce(voxels.channels, *) == values.count
    self.init(
      shape: [voxels.channels] + (kept ? Array(spatial) : [size.x, size.y, size.z]), values: values,
      type: StoredType(rawValue: Element.voxelType.rawValue))
  }
}

// MARK: Values by formula

extension NDArray {
  /// `low + (high − low)·u[i]`, with `u` from splitmix64 over the hash of the name.
  static func formula(
    _ name: String, shape: [Int], low: Double, high: Double, seed: UInt64
  ) throws -> NDArray {
    guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) <= 1 << 31 else {
      throw Unsupported("formula of shape \(shape)")
    }
    return NDArray(
      shape: shape, floats: formulaValues(name, count: shape.reduce(1, *), low: low, high: high, seed: seed))
  }
}

func formulaValues(_ name: String, count: Int, low: Double, high: Double, seed: UInt64) -> [Float] {
  let start = fnv1a64(name) &+ seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { index in
    let unit = Double(splitmix64(start &+ UInt64(index)) >> 40) * 0x1p-24
    return Float(low + (high - low) * unit)
  }
}

func fnv1a64(_ text: String) -> UInt64 {
  text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

func splitmix64(_ x: UInt64) -> UInt64 {
  var z = x &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
  return z ^ z >> 31
}
