import Foundation
import MedCheckpoint

func safetensorsSeeds() throws -> [[UInt8]] {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("seed-\(UUID()).safetensors").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  let tensors = [
    StoredTensor(name: "a", shape: [2, 3], values: [1, 2, 3, 4, 5, 6] as [Float]),
    StoredTensor(name: "b.weight", shape: [], values: [7] as [Int64]),
    StoredTensor(name: "é", shape: [3, 1], values: [1, 2, 3] as [UInt8]),
  ]
  var seeds: [[UInt8]] = []
  for (tensors, metadata) in [(tensors, ["k": "v"]), (Array(tensors.prefix(1)), [:]), ([], [:])] {
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    seeds.append(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
  }
  return seeds
}

func torchSeeds() -> [[UInt8]] {
  func tensor(_ writer: inout PickleWriter) {
    writer.tensor(key: "0", count: 6, offset: 1, shape: [2, 2], strides: [1, 2])
  }
  func scalar(_ writer: inout PickleWriter) {
    writer.global("numpy._core.multiarray", "scalar")
    writer.mark()
    writer.global("numpy", "dtype")
    writer.mark()
    writer.string("f4")
    writer.code(0x89, 0x88)
    writer.tuple()
    writer.code(0x52)
    writer.mark()
    writer.int(3)
    writer.string("<")
    writer.tuple()
    writer.code(0x62, 0x43, 4, 0, 0, 0x80, 0x3F)
    writer.tuple()
    writer.code(0x52)
  }
  let state = PickleWriter.dictionary([
    ("a", tensor), ("b", tensor), ("n", { $0.int(1 << 40) }), ("s", scalar),
  ])
  let archive = zip([
    ("x/data.pkl", state), ("x/byteorder", Array("big".utf8)), ("x/data/0", [UInt8](repeating: 1, count: 24)),
  ])
  let nested = PickleWriter.dictionary([
    (
      "state_dict",
      {
        $0.emptyDictionary()
        $0.code(0x71, 0)
        $0.string("w")
        $0.code(0x5D, 0x28, 0x4E, 0x88, 0x47, 64, 0, 0, 0, 0, 0, 0, 0, 0x65)
        $0.setItem()
      }
    )
  ])
  let refused = PickleWriter.pickle {
    $0.global("posix", "system")
    $0.mark()
    $0.string("true")
    $0.tuple()
    $0.code(0x52)
  }
  let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
  let keys = PickleWriter.pickle {
    $0.code(0x5D, 0x28)
    $0.string("0")
    $0.code(0x65)
  }
  let old =
    magic + PickleWriter.pickle { $0.int(1001) }
    + PickleWriter.dictionary([("little_endian", { $0.code(0x88) })])
    + state + keys + bytes([Int64(6)]) + [UInt8](repeating: 2, count: 24)
  return [archive, old, nested, refused, state]
}
