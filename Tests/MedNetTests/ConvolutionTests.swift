import MedNet
import MedTensor
import Testing

/// Convolutions that are computed as matrix products, against libtorch's own on the other memory format.
@Suite struct MatrixConvolutionTests {
  func check(_ layer: any Layer, _ store: ParameterStore, shape: [Int]) throws {
    var results: [[[Float]]] = []
    for format: MemoryFormat in [.channelsLast(spatialAxes: shape.count - 2), .contiguous] {
      try store.clearGradients()
      let x = try Tensor.normal(shape, using: Generator(seed: 4)).contiguous(format).requiringGradient()
      let y = try layer(x, .inference)
      try y.squared().mean().backward()
      results.append([try y.floats(), try #require(try x.gradient()).floats()])
      for (_, parameter) in store.parameters {
        results[results.count - 1].append(try #require(try parameter.gradient()).floats())
      }
    }
    for (a, b) in zip(results[0], results[1]) {
      #expect(a.count == b.count)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func kernelsOfOne() throws {
    for (axes, shape) in [(3, [2, 5, 3, 4, 5]), (2, [2, 5, 6, 7])] {
      for stride: PerAxis in [1, 2] {
        let store = ParameterStore(generator: try Generator(seed: 1))
        let layer = try ConvolutionLayer(store.root, axes: axes, from: 5, to: 3, kernel: 1, stride: stride)
        try check(layer, store, shape: shape)
      }
    }
  }

  @Test func transposedWithTheStrideAsKernel() throws {
    for (axes, shape, kernel) in [(3, [2, 5, 3, 2, 4], [2, 2, 1] as PerAxis), (2, [1, 5, 6, 7], [2, 3])] {
      let store = ParameterStore(generator: try Generator(seed: 1))
      let layer = try TransposedConvolutionLayer(
        store.root, axes: axes, from: 5, to: 3, kernel: kernel, stride: kernel, padding: [0],
        outputPadding: [0])
      try check(layer, store, shape: shape)
    }
  }
}

/// Convolutions with few output channels against the same in 64 bits, where there is no kernel of ours.
@Suite struct ThinConvolutionTests {
  func check(_ shape: [Int], _ build: (Scope) throws -> any Layer) throws {
    var results: [[[Float]]] = []
    for dtype: DType in [.float32, .float64] {
      let store = ParameterStore(generator: try Generator(seed: 1))
      let layer = try build(store.root)
      try store.convert(to: dtype)
      let x = try Tensor.normal(shape, using: Generator(seed: 4)).to(dtype).requiringGradient()
      let factors = try Tensor.normal(layer(x, .inference).shape, using: Generator(seed: 5)).to(dtype)
      let y = try layer(x, .inference)
      try (y * factors).sum().backward()
      var all = [try y.floats(), try #require(try x.gradient()).floats()]
      for (_, parameter) in store.parameters { all.append(try #require(try parameter.gradient()).floats()) }
      results.append(all)
    }
    for (a, b) in zip(results[0], results[1]) {
      #expect(a.count == b.count)
      let scale = max(1, b.map(abs).max() ?? 1)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 2e-5 * scale })
    }
  }

  @Test(arguments: [[2, 3, 4, 5, 49], [1, 3, 3, 3, 16], [1, 3, 1, 2, 1], [1, 3, 5, 6, 33]])
  func convolution(_ size: [Int]) throws {
    for input in 1...4 {
      for output in 1...4 {
        var shape = size
        shape[1] = input
        try check(shape) { try ConvolutionLayer($0, axes: 3, from: input, to: output, bias: output != 2) }
      }
    }
  }

  @Test(arguments: [[2, 32, 3, 4, 49], [1, 16, 2, 2, 17], [1, 64, 1, 1, 1], [1, 48, 2, 3, 7]])
  func transposed(_ shape: [Int]) throws {
    for output in 1...4 {
      try check(shape) {
        try TransposedConvolutionLayer(
          $0, axes: 3, from: shape[1], to: output, kernel: 3, stride: 2, padding: [1], outputPadding: [1],
          bias: output != 2)
      }
    }
  }
}
