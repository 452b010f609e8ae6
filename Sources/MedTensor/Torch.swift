internal import CTorch

/// The engine under the tensors.
public enum Torch {
  /// libtorch's version, such as "2.13.0".
  public static var version: String { String(cString: ct_version()) }

  /// The threads that one operation may use.
  public static var threadCount: Int {
    get { Int(ct_threads()) }
    set { ct_set_threads(Int32(clamping: newValue)) }
  }

  /// Tensors that are alive in the whole process; a test compares it before and after.
  public static var liveTensorCount: Int { Int(ct_live_tensors()) }
}
