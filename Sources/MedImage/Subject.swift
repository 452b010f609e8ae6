public import MedVoxel

/// What belongs to one person or case: images by name, in a fixed order, on any grids.
public struct Subject: Hashable, Sendable {
  public enum Image: Hashable, Sendable {
    case scalar(ScalarImage)
    case labels(LabelMap)

    public var grid: Grid {
      switch self {
      case .scalar(let image): image.grid
      case .labels(let map): map.grid
      }
    }
  }

  public private(set) var names: [String] = []
  private var images: [String: Image] = [:]

  public init() {}

  public init(image: ScalarImage, labels: LabelMap? = nil) {
    self["image"] = .scalar(image)
    if let labels { self["label"] = .labels(labels) }
  }

  public subscript(name: String) -> Image? {
    get { images[name] }
    set {
      if newValue == nil {
        names.removeAll { $0 == name }
      } else if images[name] == nil {
        names.append(name)
      }
      images[name] = newValue
    }
  }

  public subscript(scalar name: String) -> ScalarImage? {
    get { if case .scalar(let image)? = images[name] { image } else { nil } }
    set { self[name] = newValue.map(Image.scalar) }
  }

  public subscript(labels name: String) -> LabelMap? {
    get { if case .labels(let map)? = images[name] { map } else { nil } }
    set { self[name] = newValue.map(Image.labels) }
  }

  /// Changes every image in place: its memory is not shared while the closure runs.
  public mutating func updateEach<Failure: Error>(
    _ update: (String, inout Image) throws(Failure) -> Void
  ) throws(Failure) {
    for name in names {
      guard var image = images[name] else { continue }
      images[name] = nil
      defer { images[name] = image }
      try update(name, &image)
    }
  }

  /// - Throws: `ImageError` that names the images and the difference in millimetres, unless all lie on one grid.
  public func sharedGrid() throws(ImageError) -> Grid {
    guard let first = names.first, let grid = images[first]?.grid else {
      throw ImageError("the subject has no image")
    }
    for name in names.dropFirst() {
      if let other = images[name]?.grid, let difference = grid.difference(from: other) {
        throw ImageError(
          "“\(first)” and “\(name)” lie on different grids: \(difference)",
          remedy: "resample one onto the other")
      }
    }
    return grid
  }
}
