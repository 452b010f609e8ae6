internal import CTorch

/// How the elements of a tensor lie in memory.
public enum MemoryFormat: Sendable {
  /// Last axis fastest.
  case contiguous
  /// `[N, C, H, W]` with the channel fastest.
  case channelsLast
  /// `[N, C, D, H, W]` with the channel fastest: the faster one for most 3-D layers.
  case channelsLast3D

  /// The channels-last format of that many spatial axes; contiguous for one axis.
  public static func channelsLast(spatialAxes: Int) -> MemoryFormat {
    spatialAxes == 3 ? .channelsLast3D : spatialAxes == 2 ? .channelsLast : .contiguous
  }

  var code: ct_format {
    switch self {
    case .contiguous: CT_CONTIGUOUS
    case .channelsLast: CT_CHANNELS_LAST
    case .channelsLast3D: CT_CHANNELS_LAST_3D
    }
  }
}

extension Tensor {
  /// The same numbers as another type; the same tensor when it already has it.
  public func to(_ dtype: DType) throws(TensorError) -> Tensor {
    try produce("conversion to \(dtype.rawValue)", [self]) { ct_to_dtype(pointer, dtype.code, $0) }
  }

  /// The same numbers on a device; the same tensor when it is already there.
  public func to(_ device: Device) throws(TensorError) -> Tensor {
    try device.requireAvailable()
    return try produce("move to \(device)", [self]) { ct_to_device(pointer, device.code, $0) }
  }

  /// The same numbers in a memory format; the same tensor when it already has it.
  public func contiguous(_ format: MemoryFormat = .contiguous) throws(TensorError) -> Tensor {
    try produce("contiguous", [self]) { ct_contiguous(pointer, format.code, $0) }
  }

  public func isContiguous(_ format: MemoryFormat = .contiguous) -> Bool {
    ct_is_contiguous(pointer, format.code)
  }

  /// A copy in memory of its own.
  public func cloned() throws(TensorError) -> Tensor {
    try produce("clone", [self]) { ct_clone(pointer, $0) }
  }
}
