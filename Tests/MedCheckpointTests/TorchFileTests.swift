import MedVoxel
import Testing

@testable import MedCheckpoint

@Suite struct TorchFileTests {
  /// Two keys that share one storage of six floats: the whole, and a transposed view of its end.
  private func archive(_ values: [Float] = [0, 1, 2, 3, 4, 5], byteOrder: String = "little") -> [UInt8] {
    let pickle = PickleWriter.dictionary([
      ("module.a", { $0.tensor(key: "0", count: 6, shape: [2, 3], strides: [3, 1]) }),
      ("module.b", { $0.tensor(key: "0", count: 6, offset: 2, shape: [2, 2], strides: [1, 2]) }),
    ])
    let data = byteOrder == "big" ? bytes(values.map(\.bitPattern.bigEndian)) : bytes(values)
    return zip([
      ("net/data.pkl", pickle), ("net/byteorder", Array(byteOrder.utf8)), ("net/data/0", data),
    ])
  }

  @Test(arguments: ["little", "big"]) func readsSharedAndStridedTensors(byteOrder: String) throws {
    let state = try readTorch(archive(byteOrder: byteOrder)).stateDictionary().mapped(by: .dataParallel)
    #expect(state.tensors.map(\.name) == ["a", "b"])
    #expect(state["a"]?.floats() == [0, 1, 2, 3, 4, 5])
    #expect(state["b"]?.shape == [2, 2])
    #expect(state["b"]?.floats() == [2, 4, 3, 5])
  }

  @Test func readsTheOldForm() throws {
    let magic: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    let version = PickleWriter.pickle { $0.int(1001) }
    let system = PickleWriter.dictionary([("little_endian", { $0.code(0x88) })])
    let object = PickleWriter.dictionary([
      (
        "state_dict",
        { writer in
          writer.emptyDictionary()
          writer.string("w")
          writer.tensor(storage: "LongStorage", key: "k2", count: 2, shape: [2], strides: [1])
          writer.setItem()
          writer.string("v")
          writer.tensor(key: "k1", count: 1, shape: [], strides: [])
          writer.setItem()
        }
      )
    ])
    let keys = PickleWriter.pickle { writer in
      writer.code(0x5D)
      writer.mark()
      writer.string("k1")
      writer.string("k2")
      writer.code(0x65)
    }
    let file =
      magic + version + system + object + keys + bytes([Int64(1)]) + bytes([Float(0.5)]) + bytes([Int64(2)])
      + bytes([Int64(7), -1])
    let state = try readTorch(file).stateDictionary()
    #expect(state.path == "state_dict")
    #expect(state["w"]?.integers() == [7, -1])
    #expect(state["v"]?.floats() == [0.5])
    for length in 0..<file.count {
      #expect(throws: CheckpointError.self) { try readTorch(Array(file[..<length])) }
    }
  }

  @Test func namesEveryRefusedGlobal() throws {
    let evil = PickleWriter.dictionary([
      (
        "a",
        {
          $0.global("posix", "system")
          $0.mark()
          $0.string("echo")
          $0.tuple()
          $0.code(0x52)
        }
      ), ("b", { $0.global("builtins", "eval") }),
      ("c", { $0.tensor(key: "0", count: 1, shape: [1], strides: [1]) }),
    ])
    let error = #expect(throws: CheckpointError.self) { try readTorch(zip([("x/data.pkl", evil)])) }
    let text = try #require(error).description
    #expect(text.contains("“posix.system” is code, not data"))
    #expect(text.contains("builtins.eval"))
    #expect(error?.problems.count == 2)
  }

  @Test func readsNumPyNumbersAndArrays() throws {
    func dtype(_ writer: inout PickleWriter, _ name: String, order: String) {
      writer.global("numpy", "dtype")
      writer.mark()
      writer.string(name)
      writer.code(0x89, 0x88)
      writer.tuple()
      writer.code(0x52)
      writer.mark()
      writer.int(3)
      writer.string(order)
      writer.tuple()
      writer.code(0x62)
    }
    let pickle = PickleWriter.dictionary([
      (
        "lr",
        {
          $0.global("numpy.core.multiarray", "scalar")
          $0.mark()
          dtype(&$0, "f8", order: "<")
          $0.code(0x43, 8)
          $0.little((2.5).bitPattern)
          $0.tuple()
          $0.code(0x52)
        }
      ),
      (
        "array",
        {
          $0.global("numpy._core.multiarray", "_reconstruct")
          $0.mark()
          $0.global("numpy", "ndarray")
          $0.ints([0])
          $0.code(0x43, 1, 98)
          $0.tuple()
          $0.code(0x52)
          $0.mark()
          $0.int(1)
          $0.ints([2, 3])
          dtype(&$0, "i2", order: ">")
          $0.code(0x88)  // Fortran order
          $0.global("_codecs", "encode")
          $0.mark()
          $0.string("\u{0}\u{1}\u{0}\u{2}\u{0}\u{3}\u{0}\u{4}\u{0}\u{5}\u{ff}\u{fa}")
          $0.string("latin1")
          $0.tuple()
          $0.code(0x52)
          $0.tuple()
          $0.code(0x62)
        }
      ),
    ])
    let value = try readTorch(pickle)
    guard case .number(2.5)? = value["lr"] else { Issue.record("lr"); return }
    #expect(value["array"]?.tensor?.integers() == [1, 3, 5, 2, 4, -6])
  }

  @Test func refusesTensorsOutsideOfTheirStorage() {
    for (shape, strides, offset) in [
      ([2, 4], [3, 1], 0), ([7], [1], 0), ([1], [1], 6), ([2], [1 << 40], 0),
      ([1 << 40, 1 << 40], [0, 0], 0),
      ([1 << 30], [0], 0),
    ] {
      let pickle = PickleWriter.dictionary([
        ("a", { $0.tensor(key: "0", count: 6, offset: offset, shape: shape, strides: strides) })
      ])
      let file = zip([("n/data.pkl", pickle), ("n/data/0", [UInt8](repeating: 0, count: 24))])
      #expect(throws: CheckpointError.self) { try readTorch(file) }
    }
  }

  @Test func refusesOtherArchives() {
    for (entries, words) in [
      ([("m/data.pkl", [UInt8]()), ("m/constants.pkl", [])], "TorchScript"), ([("a/b", [1])], "data.pkl"),
      ([("m/data.pkl", PickleWriter.pickle { $0.int(1) }), ("m/data.pkl", [])], "twice"),
    ] as [([(name: String, bytes: [UInt8])], String)] {
      let error = #expect(throws: CheckpointError.self) { try readTorch(zip(entries)) }
      #expect(error?.description.contains(words) == true)
    }
    let compressed = #expect(throws: CheckpointError.self) {
      try readTorch(zip([("m/data.pkl", [1, 2])], method: 8))
    }
    #expect(compressed?.description.contains("compressed") == true)
    #expect(throws: CheckpointError.self) { try readTorch([]) }
    #expect(throws: CheckpointError.self) { try readTorch(Array("not a checkpoint".utf8)) }
  }

  @Test func everyTruncationIsRefused() throws {
    let file = archive()
    for length in 0..<file.count {
      #expect(throws: CheckpointError.self) { try readTorch(Array(file[..<length])) }
    }
  }

  @Test func findsTheWeights() throws {
    func tensor(_ writer: inout PickleWriter) { writer.tensor(key: "0", count: 1, shape: [1], strides: [1]) }
    func nested(_ key: String) -> (inout PickleWriter) -> Void {
      {
        $0.emptyDictionary()
        $0.string(key)
        tensor(&$0)
        $0.setItem()
      }
    }
    func read(_ members: [(String, (inout PickleWriter) -> Void)]) throws -> CheckpointValue {
      try readTorch(zip([("n/data.pkl", PickleWriter.dictionary(members)), ("n/data/0", bytes([Float(1)]))]))
    }
    #expect(try read([("w", tensor)]).stateDictionary().path == "")
    #expect(try read([("opt", nested("m")), ("net", nested("w"))]).stateDictionary().path == "net")
    #expect(try read([("other", nested("w")), ("epoch", { $0.int(1) })]).stateDictionary().path == "other")
    let two = try read([("a", nested("w")), ("b", nested("v"))])
    #expect(try two.stateDictionary(at: "b")["v"]?.floats() == [1])
    let error = #expect(throws: CheckpointError.self) { try two.stateDictionary() }
    #expect(error?.description.contains("“a”, “b”") == true)
  }
}
