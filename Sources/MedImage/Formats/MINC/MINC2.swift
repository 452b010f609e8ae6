import MedVoxel

/// MINC 2: the tree `minc-2.0` of an HDF5 file. Of several resolutions the finest is read.
enum MINC2 {
  /// The image, where the file is one.
  static func open(_ file: HDF5File, root: HDF5Object) throws(ImageError) -> OpenImage? {
    guard let minc = try root.child("minc-2.0") else { return nil }
    guard let images = try minc.child("image")?.child("0"), let object = try images.child("image") else {
      throw file.damaged("minc-2.0 has no image/0/image")
    }
    let dataset = try HDF5Dataset(object)
    guard case .number(let type, let isBig) = dataset.type.kind else {
      throw file.unsupported("the image has \(dataset.type.kind)")
    }
    let attributes = try object.attributes()
    let names = (attributes["dimorder"]?.text ?? "").split(separator: ",").map(String.init)
    let rank = dataset.dimensions.count
    guard rank > 0, names.count >= rank else {
      throw ImageError(
        "expected the names of \(rank) dimensions in dimorder, found “\(names.joined(separator: ","))”",
        at: file.source.name)
    }
    let places = try minc.child("dimensions")
    var dimensions: [MINCImage.Dimension] = []
    for (name, length) in zip(names, dataset.dimensions) {
      let facts = try places?.child(name)?.attributes() ?? [:]
      dimensions.append(
        MINCImage.Dimension(
          name: name, length: length, step: facts["step"]?.numbers?.first,
          start: facts["start"]?.numbers?.first, cosines: facts["direction_cosines"]?.numbers,
          spacing: facts["spacing"]?.text, units: facts["units"]?.text))
    }
    let range = attributes["valid_range"]?.numbers
    let description = MINCImage(
      dimensions: dimensions, type: type, validRange: range?.count == 2 ? range : nil,
      maximum: try limits(images.child("image-max")), minimum: try limits(images.child("image-min")))
    var layout = try description.layout(format: "MINC 2", at: file.source.name)
    for (name, value) in try minc.attributes().sorted(by: { $0.key < $1.key }) {
      if let text = value.text { layout.header.facts.append(.init(name, text)) }
    }
    try dataset.check()
    let voxels = HDF5Voxels(
      dataset: dataset, scales: layout.scales ?? [], axes: layout.axes, order: layout.order,
      isBigEndian: isBig,
      type: type)
    return OpenImage(header: layout.header, voxels: voxels, location: file.source.name)
  }

  private static func limits(_ object: HDF5Object?) throws(ImageError) -> MINCImage.Limits? {
    guard let object else { return nil }
    let dataset = try HDF5Dataset(object)
    guard case .number(let type, let isBig) = dataset.type.kind else { return nil }
    let elements = try dataset.elements()
    let reader = ByteReader(bytes: Array(elements.bytes), isBigEndian: isBig)
    let count = elements.count / type.byteCount
    let names = try object.attributes()["dimorder"]?.text?.split(separator: ",").map(String.init) ?? []
    return MINCImage.Limits(
      dimensions: Array(names.prefix(dataset.dimensions.count)),
      values: (0..<count).map { reader.number($0 * type.byteCount, type) }, isSingle: type == .float32)
  }
}
