import MedVoxel

extension HDF5Object {
  /// A group's member; nil when there is none of the name.
  func child(_ name: String) throws(ImageError) -> HDF5Object? {
    guard let address = try members().first(where: { $0.name == name })?.address else { return nil }
    return try HDF5Object(file, at: address)
  }
}

/// All arrays of a file by their names: paths, or in MATLAB's files fields and cells.
struct HDF5Walk {
  struct Array {
    var named: NamedArray
    var dataset: HDF5Dataset?
  }

  let file: HDF5File
  let isMATLAB: Bool
  private(set) var arrays: [Array] = []
  /// Objects above the present one.
  private var path: [Int] = []
  private var visits = 0

  init(file: HDF5File, isMATLAB: Bool) { (self.file, self.isMATLAB) = (file, isMATLAB) }

  mutating func visit(_ object: HDF5Object, _ name: String) throws(ImageError) {
    visits += 1
    // Links may lead back; what is too deep or too much to choose from is left out.
    guard !path.contains(object.address), path.count < 32, visits < 20_000 else { return }
    path.append(object.address)
    defer { path.removeLast() }
    guard object.isGroup else { return try visitArray(object, name) }
    if isMATLAB, try object.attributes()["MATLAB_sparse"] != nil {
      arrays.append(
        Array(
          named: NamedArray(
            name: name, shape: [], type: "sparse", obstacle: "sparse matrices are not read; save full(x)")))
      return
    }
    for member in try object.members() where !(isMATLAB && member.name.hasPrefix("#")) {
      let separator = name.isEmpty ? "" : isMATLAB ? "." : "/"
      try visit(HDF5Object(file, at: member.address), name + separator + member.name)
    }
  }

  private mutating func visitArray(_ object: HDF5Object, _ name: String) throws(ImageError) {
    guard object.message(0x08) != nil else { return }
    let dataset: HDF5Dataset
    do throws(ImageError) {
      dataset = try HDF5Dataset(object)
    } catch {
      // One array that is not read is no reason to refuse the others.
      let why = error.problems.first?.statement ?? "it is not read"
      arrays.append(Array(named: NamedArray(name: name, shape: [], type: "array", obstacle: why)))
      return
    }
    let attributes = isMATLAB ? try object.attributes() : [:]
    let shape = isMATLAB ? dataset.dimensions.reversed() : dataset.dimensions
    let kind = attributes["MATLAB_class"]?.text
    if attributes["MATLAB_empty"]?.numbers?.first ?? 0 != 0 { return }
    if isMATLAB, dataset.type.kind == .reference {
      return try visitReferences(dataset, name, isCell: kind == "cell")
    }
    var named = NamedArray(name: name, shape: shape, type: "")
    switch dataset.type.kind {
    case .number(let type, _): named.type = type.rawValue
    case .complex(let type, _): named.type = "complex \(type.rawValue)"
    case .text, .variableText: (named.type, named.obstacle) = ("text", "it is text")
    case .reference: (named.type, named.obstacle) = ("references", "it holds references")
    case .other(let what): (named.type, named.obstacle) = (what, "\(what) are not read")
    }
    if kind == "char" { (named.type, named.obstacle) = ("char", "it is text") }
    if let kind, named.obstacle == nil { named.type = kind }
    arrays.append(Array(named: named, dataset: dataset))
  }

  /// The cells of an array, or the values of a field of several structs.
  private mutating func visitReferences(
    _ dataset: HDF5Dataset, _ name: String, isCell: Bool
  ) throws(ImageError) {
    let elements = try dataset.elements()
    var cursor = file.cursor([UInt8](elements.bytes.prefix(1000 * file.offsetSize)))
    var number = 0
    while cursor.left >= file.offsetSize {
      number += 1
      guard let address = try cursor.offset(), address > 0 else { continue }
      var member = "\(name){\(number)}"
      if !isCell, let dot = name.lastIndex(of: ".") {
        member = "\(name[..<dot])(\(number))\(name[dot...])"
      }
      try visit(HDF5Object(file, at: address), member)
    }
  }
}
