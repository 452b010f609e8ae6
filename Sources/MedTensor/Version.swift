internal import CTorch

/// The engine under the tensors.
public enum Torch {
  /// libtorch's version, such as "2.13.0".
  public static var version: String { String(cString: ct_version()) }
}
