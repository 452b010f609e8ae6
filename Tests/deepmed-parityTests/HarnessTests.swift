import Foundation
import MedCheckpoint
import MedVoxel
import Testing

@testable import deepmed_parity

@Suite struct HarnessTests {
  @Test func formulaGivesItsPublishedValues() {
    #expect(fnv1a64("a") == 0xAF63_DC4C_8601_EC8C)
    let values = formulaValues("a", count: 3, low: 0, high: 1, seed: 0)
    // The published values have eight digits.
    for (value, published) in zip(values, [0.37173092, 0.75385433, 0.31776327]) {
      #expect(abs(Double(value) - published) < 1e-8)
    }
  }

  @Test func voxelsComeBackInTheSameOrder() throws {
    for shape in [[2, 3, 4, 5], [1, 3, 2], [3, 7]] {
      let array = NDArray(shape: shape, values: (0..<shape.reduce(1, *)).map(Double.init))
      let voxels: VoxelBuffer<Float> = try array.voxels()
      #expect(NDArray(voxels, rank: array.rank).shape == shape)
      #expect(NDArray(voxels, rank: array.rank).values == array.values)
    }
  }

  @Test func stridesTakeEveryNthElement() {
    let array = NDArray(shape: [3, 5], values: (0..<15).map(Double.init))
    #expect(array.strided([2, 3]).values == [0, 3, 10, 13])
  }

  private func outcome(_ json: JSONValue, _ runner: @escaping Runner) -> Outcome {
    let test = Case(
      fields: json.object ?? JSONObject(), className: "C", folder: URL(fileURLWithPath: "/"), arrays: nil,
      dataFolder: nil)
    return Outcome(running: test, with: runner)
  }

  private let sum: JSONValue = [
    "id": "C-1", "arguments": ["a": 1], "outputs": [["name": "x", "json": [1, ["float": "nan"], 3]]],
    "tolerance": ["absolute": 0.1, "fraction": 0.34],
  ]

  @Test func passesWithinTheTolerance() {
    let result = outcome(sum) { test in
      _ = try test.arguments.int("a")
      return [Output("x", NDArray(shape: [3], values: [1.05, .nan, 9]))]
    }
    guard case .pass = result else { Issue.record("\(result)"); return }
  }

  @Test func failsBeyondIt() {
    let result = outcome(sum) { test in
      _ = try test.arguments.int("a")
      return [Output("x", NDArray(shape: [3], values: [1.05, 0, 9]))]
    }
    guard case .fail = result else { Issue.record("\(result)"); return }
  }

  @Test func namesAnUnusedArgument() {
    let result = outcome(sum) { _ in [Output("x", NDArray(shape: [3], values: [1, .nan, 3]))] }
    guard case .unsupported("argument a") = result else { Issue.record("\(result)"); return }
  }

  @Test func refusalPassesWhereTheReferenceRefuses() {
    let refused = outcome(["id": "C-2", "raises": "no"]) { _ in throw VoxelError("no") }
    guard case .pass = refused else { Issue.record("\(refused)"); return }
    let accepted = outcome(["id": "C-2", "raises": "no"]) { _ in [] }
    guard case .fail = accepted else { Issue.record("\(accepted)"); return }
  }
}
