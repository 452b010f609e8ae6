import DeepMedicine
import Foundation
import MedCheckpoint
import MedImage
import MedVoxel

/// Compares one read image with what a format case says of it.
struct FormatCase {
  let fields: JSONObject
  private var tolerance: Tolerance { fields["tolerance"].map(Tolerance.init) ?? .exact }

  init(_ test: Case) { fields = test.fields }

  /// - Throws: `Mismatch` with all that differs.
  func check(_ image: OpenImage) throws {
    let stored = try image.stored()
    var failures: [String] = []
    if let difference = shapeDifference(stored.header) { failures.append(difference) }
    if let difference = try affineDifference(stored.header) { failures.append(difference) }
    if failures.isEmpty {
      if let crc = fields["crc"]?.int, crc != Int(ReferenceOrder(stored).checksum()) {
        failures.append("the checksum of the stored values differs")
      }
      failures += statisticsDifferences(try image.scalarImage())
      failures += sampleDifferences(try image.scalarImage(), stored.header)
      failures += headerDifferences(stored.header)
    }
    guard failures.isEmpty else { throw Mismatch(failures.joined(separator: "; ")) }
  }

  private func shapeDifference(_ header: ImageHeader) -> String? {
    var wanted = (fields["shape"]?.array ?? []).compactMap(\.int)
    if header.components == .rgb || header.components == .rgba,
      fields["order"]?.string?.hasSuffix("sample") == true
    {
      wanted = wanted.dropLast()
    }
    if header.shape.count == 4, wanted.count == 3,
      fields["order"]?.string?.hasSuffix("components last") == true
    {
      // Channels come after three axes.
      wanted.insert(1, at: 2)
    }
    func trimmed(_ shape: [Int]) -> [Int] {
      var shape = shape
      while let last = shape.last, last == 1 { shape.removeLast() }
      return shape
    }
    if header.shape.count == 4, header.shape[2] == 1, !header.hasGeometry, wanted.count == 3 {
      // The reference counts frames in time as slices.
      wanted.insert(1, at: 2)
    }
    if trimmed(wanted) != trimmed(header.shape) { return "expected shape \(wanted), found \(header.shape)" }
    let type =
      switch header.components {
      case .complex: header.type == .float32 ? "complex64" : "complex128"
      case .rgb, .rgba: fields["dtype"]?.string ?? ""
      case .scalar: header.type.rawValue
      }
    guard let name = fields["dtype"]?.string, name != type else { return nil }
    return "expected \(name) values, found \(type)"
  }

  private func affineDifference(_ header: ImageHeader) throws -> String? {
    guard let json = fields["affine"], !json.isNull else {
      return header.hasGeometry ? "expected no geometry, found \(header.affine.rows)" : nil
    }
    let wanted = try Affine(parity: json)
    // The slice distance of a single slice is a matter of convention.
    let isSlice = header.size.z == 1
    for row in 0..<3 {
      for column in 0..<4 where !(isSlice && column == 2) {
        let (a, b) = (header.affine.rows[row][column], wanted.rows[row][column])
        if !(abs(a - b) <= 1e-4 + 1e-6 * abs(b)) {
          return "expected affine \(wanted.rows.prefix(3)), found \(header.affine.rows.prefix(3))"
        }
      }
    }
    return nil
  }

  private func statisticsDifferences(_ image: ScalarImage) -> [String] {
    var (low, high, sum, count, notFinite) = (Double.infinity, -Double.infinity, 0.0, 0, 0)
    let elements = image.voxels.elements
    for element in elements {
      let value = Double(element)
      guard value.isFinite else {
        notFinite += 1
        continue
      }
      (low, high, sum, count) = (min(low, value), max(high, value), sum + value, count + 1)
    }
    let mean = sum / Double(count)
    let squares = elements.reduce(0.0) { $1.isFinite ? $0 + (Double($1) - mean) * (Double($1) - mean) : $0 }
    let isLossy = fields["crc"] == nil && tolerance.absolute > 1
    let found: [(String, Double)] = [
      ("minimum", low), ("maximum", high), ("mean", mean),
      ("deviation", (squares / Double(count)).squareRoot()),
      ("not_finite", Double(notFinite)),
    ]
    return found.compactMap { name, value in
      guard let wanted = fields[name]?.double else { return nil }
      var allowed = tolerance
      if isLossy, name == "mean" || name == "deviation" { allowed.absolute /= 10 }
      return allowed.accepts(value, wanted) ? nil : "\(name): expected \(wanted), found \(value)"
    }
  }

  private func sampleDifferences(_ image: ScalarImage, _ header: ImageHeader) -> [String] {
    let components = header.components.count
    var failures: [String] = []
    for sample in fields["samples"]?.array ?? [] {
      var index = (sample["index"]?.array ?? []).compactMap(\.int)
      let wanted = sample["value"]?.array?.compactMap(\.double) ?? [sample["value"]?.double].compactMap { $0 }
      while index.count < 3 { index.append(0) }
      if header.shape.count == 4, header.shape[2] == 1, !header.hasGeometry, index.count == 3 {
        index.insert(0, at: 2)
      }
      var (volume, stride) = (0, 1)
      for (axis, position) in index.enumerated().dropFirst(3) {
        volume += position * stride
        stride *= axis < header.shape.count ? header.shape[axis] : 1
      }
      for (component, value) in wanted.enumerated() {
        let found = Double(image.voxels[volume * components + component, index[0], index[1], index[2]])
        if !tolerance.accepts(found, value) {
          failures.append("voxel \(index): expected \(value), found \(found)")
        }
      }
    }
    return Array(failures.prefix(2))
  }

  private func headerDifferences(_ header: ImageHeader) -> [String] {
    guard let wanted = fields["header"] else { return [] }
    var found: [String: Double] = ["slope": header.rescale.slope, "intercept": header.rescale.intercept]
    var texts = ["orientation": header.affine.orientation.description]
    if let nifti = header.nifti {
      let numbers: [String: Double] = [
        "datatype": Double(nifti.datatype), "bitpix": Double(nifti.bitpix), "cal_min": nifti.calMin,
        "cal_max": nifti.calMax, "toffset": nifti.toffset, "xyzt_units": Double(nifti.xyztUnits),
        "intent_code": Double(nifti.intentCode), "qform_code": Double(nifti.qformCode),
        "sform_code": Double(nifti.sformCode), "slice_code": Double(nifti.sliceCode),
        "extensions": Double(header.extensions.count), "vox_offset": Double(nifti.voxOffset),
      ]
      found.merge(numbers) { a, _ in a }
      texts["descrip"] = nifti.descrip
      texts["aux_file"] = nifti.auxFile
      texts["intent_name"] = nifti.intentName
      let dim = (wanted["dim"]?.array ?? []).compactMap(\.int)
      if dim != nifti.dim { return ["dim: expected \(dim), found \(nifti.dim)"] }
    }
    let numbers = found.compactMap { name, value -> String? in
      guard let number = wanted[name]?.double, number.isFinite else { return nil }
      return Tolerance(["absolute": 1e-6, "relative": 1e-6]).accepts(value, number)
        ? nil : "\(name): expected \(number), found \(value)"
    }
    return numbers
      + texts.compactMap { name, text in
        guard let wanted = wanted[name]?.string, wanted != text else { return nil }
        return "\(name): expected “\(wanted)”, found “\(text)”"
      }
  }
}

/// The stored elements in the reference's order: C order of the shape, components of a voxel innermost.
struct ReferenceOrder {
  let image: StoredImage

  init(_ image: StoredImage) { self.image = image }

  /// CRC-32 of the little-endian bytes.
  func checksum() -> UInt32 {
    let (header, width) = (image.header, image.header.type.byteCount)
    let (size, components) = (header.size, header.components.count)
    let outer = Array(header.shape.dropFirst(3))
    let volumes = outer.reduce(1, *)
    // Positions of the volumes in C order of the outer axes, whose first is the fastest in memory.
    let order = (0..<volumes).map { position -> Int in
      var (rest, indices) = (position, [Int](repeating: 0, count: outer.count))
      for axis in outer.indices.reversed() {
        (rest, indices[axis]) = rest.quotientAndRemainder(dividingBy: outer[axis])
      }
      return zip(indices, outer).reversed().reduce(0) { $0 * $1.1 + $1.0 }
    }
    var crc = CRC32()
    image.voxels.withUnsafeBytes { bytes in
      for i in 0..<size.x {
        for j in 0..<size.y {
          for k in 0..<size.z {
            let voxel = i + size.x * (j + size.y * k)
            for volume in order {
              for component in 0..<components {
                let element = (volume * components + component) * size.voxelCount + voxel
                for byte in 0..<width { crc.add(bytes[element * width + byte]) }
              }
            }
          }
        }
      }
    }
    return crc.value
  }
}

/// CRC-32 as in zlib (polynomial 0xEDB88320).
struct CRC32 {
  private static let table = (0..<256).map { (index: Int) -> UInt32 in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
    return value
  }
  private let table = CRC32.table
  private var state: UInt32 = ~0

  mutating func add(_ byte: UInt8) {
    let index = Int(UInt8(truncatingIfNeeded: state) ^ byte)
    state = table[index] ^ (state >> 8)
  }

  var value: UInt32 { ~state }
}
