import MedVoxel

/// The Python dictionary at the head of an `.npy` file.
struct ArrayHeader {
  var descr = ""
  var isFortran = false
  var shape: [Int] = []
  var type = VoxelType.uint8
  var components = ImageHeader.Components.scalar
  var isBigEndian = false

  /// - Throws: `ImageError` with all that is missing, or the types that are none of images.
  init(_ text: String, at location: String) throws(ImageError) {
    var problems: [Problem] = []
    func complain(_ statement: String, remedy: String? = nil) {
      problems.append(Problem(statement, at: location, remedy: remedy))
    }
    if let value = Self.value("descr", in: text), let quote = value.first, quote == "'" || quote == "\"" {
      descr = String(value.dropFirst().prefix { $0 != quote })
    }
    let types: [String: (VoxelType, ImageHeader.Components)] = [
      "b1": (.uint8, .scalar), "u1": (.uint8, .scalar), "i1": (.int8, .scalar), "u2": (.uint16, .scalar),
      "i2": (.int16, .scalar), "u4": (.uint32, .scalar), "i4": (.int32, .scalar), "u8": (.uint64, .scalar),
      "i8": (.int64, .scalar), "f4": (.float32, .scalar), "f8": (.float64, .scalar),
      "c8": (.float32, .complex), "c16": (.float64, .complex),
    ]
    if let order = descr.first, "<>|=".contains(order), let found = types[String(descr.dropFirst())] {
      (type, components) = found
      isBigEndian = order == ">"
    } else {
      complain(
        "expected numbers of one type, found descr “\(descr.isEmpty ? "none" : descr)”",
        remedy: "store the array as float32 or an integer type; objects and records are not read")
    }
    switch Self.value("fortran_order", in: text) {
    case let value? where value.hasPrefix("True"): isFortran = true
    case let value? where value.hasPrefix("False"): isFortran = false
    default: complain("expected fortran_order, True or False, in the header")
    }
    let tuple = Self.value("shape", in: text).flatMap { $0.hasPrefix("(") ? $0.dropFirst() : nil }
    let words = tuple?.prefix { $0 != ")" }.split(separator: ",").map { MetaImageHeader.trimmed($0.utf8) }
    shape = (words ?? []).filter { !$0.isEmpty }.compactMap { Int($0) }
    if words == nil || shape.count != words?.filter({ !$0.isEmpty }).count || shape.count > 32
      || shape.contains(where: { $0 < 1 })
    {
      complain("expected a shape of at most 32 positive numbers in the header")
    }
    guard problems.isEmpty else { throw ImageError(problems) }
  }

  /// The text after a key and its colon.
  private static func value(_ key: String, in text: String) -> Substring? {
    for quote in ["'", "\""] {
      guard let range = text.firstRange(of: quote + key + quote) else { continue }
      let rest = text[range.upperBound...].drop { $0 == " " }
      if rest.first == ":" { return rest.dropFirst().drop { $0 == " " } }
    }
    return nil
  }
}
