import Foundation
import Testing

@testable import MedCheckpoint

@Suite struct SafetensorsTests {
  private let folder = TemporaryFolder()

  private func header(_ json: String, data: Int) -> [UInt8] {
    bytes([UInt64(json.utf8.count)]) + json.utf8 + [UInt8](repeating: 0, count: data)
  }

  private func read(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(block: ByteBlock(copying: bytes), path: "test.safetensors")
  }

  private let tensors = [
    StoredTensor(name: "b", shape: [3], values: [1, 2, 3] as [UInt8]),
    StoredTensor(name: "a/é", shape: [2, 2], values: [1, .nan, -0.0, .infinity] as [Float]),
    StoredTensor(name: "scalar", shape: [], values: [7] as [Int64]),
    StoredTensor(name: "empty", shape: [0, 5], values: [] as [Double]),
  ]

  @Test func comesBackAsItWasWritten() throws {
    let path = folder.path("x.safetensors")
    try SafetensorsFile.write(tensors, metadata: ["k": "v\n", "a": ""], to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["k": "v\n", "a": ""])
    #expect(file.tensors.map(\.name) == tensors.map(\.name))
    for tensor in tensors {
      let read = try #require(file[tensor.name])
      #expect(read.shape == tensor.shape && read.type == tensor.type)
      #expect(read.withBytes { Array($0) } == tensor.withBytes { Array($0) })
      #expect(read.offset % max(read.type.byteCount, 1) == 0)
    }
    let first = try Data(contentsOf: URL(fileURLWithPath: path))
    try SafetensorsFile.write(tensors, metadata: ["k": "v\n", "a": ""], to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
    #expect(folder.names == ["x.safetensors"])
  }

  @Test func refusesWhatTheHeaderMakesUp() throws {
    let good = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    #expect(try read(header(good, data: 8)).tensors.count == 1)
    #expect(throws: CheckpointError.self) { try read(header(good, data: 7)) }
    #expect(throws: CheckpointError.self) { try read(header(good, data: 9)) }
    for json in [
      #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, #"{"a":1}"#, "[]", "{",
      #"{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    ] { #expect(throws: CheckpointError.self, "\(json)") { try read(header(json, data: 8)) } }
    #expect(throws: CheckpointError.self) {
      try read([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B])
    }
    #expect(throws: CheckpointError.self) { try read([]) }
  }

  @Test func namesAllProblemsAtOnce() throws {
    let error = #expect(throws: CheckpointError.self) {
      try read(header(#"{"a":{"dtype":"F9","shape":[1],"data_offsets":[0,4]},"b":{}}"#, data: 8))
    }
    #expect(error?.problems.count == 2)
  }

  @Test func refusesToWriteNonsenseAndLeavesTheOldFile() throws {
    let path = folder.path("y.safetensors")
    try SafetensorsFile.write(tensors, to: path)
    #expect(throws: CheckpointError.self) { try SafetensorsFile.write([tensors[0], tensors[0]], to: path) }
    #expect(try SafetensorsFile(path: path).tensors.count == tensors.count)
    #expect(throws: CheckpointError.self) {
      try SafetensorsFile.write(tensors, to: folder.path("missing/y.safetensors"))
    }
  }

  @Test func widensHalfPrecision() {
    for (bits, value) in [
      (0x3C00, 1), (0xC000, -2), (0x7C00, .infinity), (0x0001, 0x1p-24), (0x8000, -0.0), (0x7BFF, 65504),
    ] as [(UInt16, Float)] { #expect(widened(float16: bits) == value) }
    #expect(widened(float16: 0x7E00).isNaN)
    #expect(widened(bfloat16: 0x3F80) == 1)
  }
}
