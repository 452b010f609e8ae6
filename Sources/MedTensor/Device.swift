internal import CTorch
internal import MedVoxel

/// Where a tensor's memory lies and its operations run.
public enum Device: Hashable, Codable, Sendable, CustomStringConvertible {
  case cpu
  /// An NVIDIA card, counted from zero.
  case cuda(Int)
  /// The GPU of an Apple machine.
  case mps

  /// Whether it can be used here. The first question about CUDA loads its library where there is one.
  public var isAvailable: Bool {
    switch self {
    case .cpu: true
    case .cuda(let index): index >= 0 && index < Int(ct_device_count(CT_CUDA))
    case .mps: ct_device_available(CT_MPS)
    }
  }

  /// Whether matrix products and convolutions in bfloat16 are done in hardware.
  public var hasFastBFloat16: Bool {
    switch self {
    case .cpu: ct_cpu_has_bfloat16()
    case .cuda: true
    case .mps: false
    }
  }

  /// The fastest device of this machine.
  public static var best: Device {
    if Device.cuda(0).isAvailable { return .cuda(0) }
    return Device.mps.isAvailable ? .mps : .cpu
  }

  /// Reads "cpu", "cuda", "cuda:1" or "mps".
  public init(named name: String) throws(TensorError) {
    let parts = name.lowercased().split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.first.map(String.init), parts.count) {
    case ("cpu", 1): self = .cpu
    case ("mps", 1): self = .mps
    case ("cuda", 1): self = .cuda(0)
    case ("cuda", 2):
      guard let index = Int(parts[1]), index >= 0, index < 128 else { fallthrough }
      self = .cuda(index)
    default:
      throw TensorError(
        "expected a device such as cpu, cuda, cuda:1 or mps, found \"\(name)\"", cause: .usage)
    }
  }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    case .mps: "mps"
    }
  }

  var code: ct_device {
    switch self {
    case .cpu: ct_device(kind: CT_CPU, index: 0)
    case .cuda(let index): ct_device(kind: CT_CUDA, index: Int32(clamping: index))
    case .mps: ct_device(kind: CT_MPS, index: 0)
    }
  }

  /// Fails with a plain message where the device can't be used.
  func requireAvailable() throws(TensorError) {
    guard !isAvailable else { return }
    throw TensorError(
      "the device \(self) can't be used on this machine", remedy: "use cpu", cause: .environment)
  }
}
