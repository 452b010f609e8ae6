public import MedVoxel

/// What an image file says about itself, without its voxels.
public struct ImageHeader: Hashable, Sendable {
  /// What the elements of a voxel mean.
  public enum Components: String, Codable, Sendable {
    case scalar
    /// Two channels, real and imaginary part.
    case complex
    /// Three channels.
    case rgb
    /// Four channels.
    case rgba

    public var count: Int {
      switch self {
      case .scalar: 1
      case .complex: 2
      case .rgb: 3
      case .rgba: 4
      }
    }
  }

  /// One fact under the format's own name.
  public struct Fact: Hashable, Codable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// An extension block of a NIfTI file, kept as it is.
  public struct Extension: Hashable, Sendable {
    public var code: Int32
    public var content: [UInt8]

    public init(code: Int32, content: [UInt8]) {
      self.code = code
      self.content = content
    }
  }

  /// The format's name, such as "NIfTI-1".
  public var format: String
  /// The file's axes, the fastest first: I, J, K, then time and others. Components of a voxel are not among
  /// them.
  public var shape: [Int]
  public var components: Components
  /// The type of the stored elements.
  public var type: VoxelType
  /// From stored to real values.
  public var rescale: Rescale
  public var affine: Affine
  /// Whether the file says where the image lies; false when the affine is made up.
  public var hasGeometry: Bool
  /// Seconds between the images of a time series.
  public var timeStep: Double?
  public var facts: [Fact] = []
  /// Doubts about the file that a reader should know.
  public var notes: [String] = []
  public var extensions: [Extension] = []
  /// The complete header of a NIfTI file, so that writing keeps what this type has no place for.
  public var nifti: NIfTIHeader?

  public init(
    format: String, shape: [Int], components: Components = .scalar, type: VoxelType,
    rescale: Rescale = .identity, affine: Affine, hasGeometry: Bool = true
  ) {
    self.format = format
    self.shape = shape
    self.components = components
    self.type = type
    self.rescale = rescale
    self.affine = affine
    self.hasGeometry = hasGeometry
  }

  /// The first three axes; a missing one is 1.
  public var size: GridSize {
    func axis(_ index: Int) -> Int { index < shape.count ? shape[index] : 1 }
    return [axis(0), axis(1), axis(2)]
  }

  /// Everything beyond the first three axes, times the components of a voxel.
  public var channels: Int { shape.dropFirst(3).reduce(1, *) * components.count }

  public var grid: Grid { Grid(size: size, affine: affine) }
}
