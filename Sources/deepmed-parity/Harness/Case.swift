import DeepMedicine
import Foundation
import MedCheckpoint
import MedVoxel

// How to add a runner
// -------------------
// A runner takes a `Case`, calls the public API and returns what came out:
//
//     enum MyRunners: CaseRunners {
//       static let family = "monai/transforms/spatial"      // folders below which it applies; "" for any
//       static let classes: [String: Runner] = ["Flip": flip]
//
//       static func flip(_ test: Case) throws -> [Output] {
//         let axes = try test.arguments.ints("spatial_axis", or: [0, 1, 2])
//         let image = try test.input("img")                  // marks it as used
//         let voxels = try image.array().voxels(Float.self)
//         return [Output("img", NDArray(voxels.flipped(along: axes), rank: image.rank), affine: …)]
//       }
//     }
//
// and its type stands in `allRunners` (Registry.swift). Arguments, call arguments and inputs that a runner did
// not ask for make the case `unsupported: argument X`, so a runner never passes by ignoring one; an argument
// value that we don't offer is `throw Unsupported("mode bicubic")`. Outputs are matched by name; those that the
// runner did not return are `unsupported: output X`. A case with `raises` passes when the runner throws
// anything but `Unsupported`; call `try test.checkAllUsed()` before the API is called where that matters. A
// runner with comparisons of its own throws `Mismatch`.

/// One case of a `cases.json`.
final class Case {
  let id: String
  let className: String
  /// The folder of the file, such as `…/vectors/monai/metrics`.
  let folder: URL
  /// Everything the case says; for fields that only one family has.
  let fields: JSONObject
  let arguments: Arguments
  let arrays: SafetensorsFile?
  /// The folder of the real files (`formats`), where one was found.
  let dataFolder: URL?

  init(
    fields: JSONObject, className: String, folder: URL, arrays: SafetensorsFile?, dataFolder: URL?
  ) {
    id = fields["id"]?.string ?? "?"
    self.className = className
    self.folder = folder
    self.fields = fields
    self.arrays = arrays
    self.dataFolder = dataFolder
    arguments = Arguments(fields["arguments"]?.object ?? JSONObject(), kind: "argument")
    call = Arguments(fields["call"]?.object ?? JSONObject(), kind: "call argument")
    inputs = (fields["inputs"]?.array ?? []).compactMap(\.object).map { Entry(fields: $0, arrays: arrays) }
    expected = (fields["outputs"]?.array ?? []).compactMap(\.object).map { Entry(fields: $0, arrays: arrays) }
  }

  /// Keyword arguments of the call; where `call` is a list, see `fields["call"]`.
  let call: Arguments
  let inputs: [Entry]
  /// What the reference gives.
  let expected: [Entry]

  var seed: UInt64? { fields["seed"]?.int.map { UInt64(bitPattern: Int64($0)) } }
  var raises: Bool { fields["raises"] != nil }
  var mode: String? { fields["mode"]?.string }
  var method: String? { fields["method"]?.string }

  func input(_ name: String) throws -> Entry {
    guard let entry = optionalInput(name) else { throw Unsupported("case without input \(name)") }
    return entry
  }

  func optionalInput(_ name: String) -> Entry? {
    let entry = inputs.first { $0.name == name && !$0.isUsed } ?? inputs.first { $0.name == name }
    entry?.isUsed = true
    return entry
  }

  /// The first input, whatever its name.
  func firstInput() throws -> Entry {
    guard let entry = inputs.first else { throw Unsupported("case without inputs") }
    entry.isUsed = true
    return entry
  }

  /// All inputs, in order.
  func allInputs() -> [Entry] {
    for entry in inputs { entry.isUsed = true }
    return inputs
  }

  /// - Throws: `Unsupported` naming the first argument, call argument or input that nobody asked for.
  func checkAllUsed() throws {
    try arguments.checkAllUsed()
    try call.checkAllUsed()
    if let entry = inputs.first(where: { !$0.isUsed }) { throw Unsupported("input \(entry.name)") }
  }
}

/// An input or an expected output.
final class Entry {
  let name: String
  let kind: String
  let fields: JSONObject
  private let arrays: SafetensorsFile?
  var isUsed = false

  init(fields: JSONObject, arrays: SafetensorsFile?) {
    self.fields = fields
    self.arrays = arrays
    name = fields["name"]?.string ?? ""
    kind = fields["kind"]?.string ?? ""
  }

  var isArray: Bool { fields["array"] != nil || fields["formula"] != nil }
  var tolerance: Tolerance? { fields["tolerance"].map(Tolerance.init) }

  /// The stored values, or those that follow from the formula.
  func array() throws -> NDArray {
    if let key = fields["array"]?.string {
      guard let tensor = arrays?[key] else { throw Unsupported("array \(key) is not in arrays.safetensors") }
      return NDArray(tensor)
    }
    if let name = fields["formula"]?.string {
      return try NDArray.formula(
        name, shape: fields["shape"]?.array?.compactMap(\.int) ?? [], low: fields["low"]?.double ?? 0,
        high: fields["high"]?.double ?? 1, seed: UInt64(bitPattern: Int64(fields["seed"]?.int ?? 0)))
    }
    if let number = fields["number"] { return NDArray(shape: [], values: [try number.parityDouble()]) }
    if let json = fields["json"] { return try NDArray(nested: json) }
    throw Unsupported("entry \(name) without values")
  }

  /// The voxel-to-world matrix, completed to three dimensions; nil where the case has none.
  func affine() throws -> Affine? {
    guard let rows = fields["affine"], !rows.isNull else { return nil }
    return try Affine(parity: rows)
  }
}

/// What a runner cannot do: the class, argument, value or output that the public API lacks.
struct Unsupported: Error {
  var what: String
  init(_ what: String) { self.what = what }
}

/// A difference that a runner found itself.
struct Mismatch: Error {
  var what: String
  var largestError: Double?
  init(_ what: String, largestError: Double? = nil) {
    self.what = what
    self.largestError = largestError
  }
}
