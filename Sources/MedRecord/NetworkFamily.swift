extension NetworkPlan {
  /// The families of networks that a plan can name; each can be built, trained and run.
  public enum Family: String, CaseIterable, Sendable {
    case unet, segResNet, dynUNet, medicalNet

    /// As the field writes it.
    public var name: String {
      switch self {
      case .unet: "UNet"
      case .segResNet: "SegResNet"
      case .dynUNet: "DynUNet"
      case .medicalNet: "MedicalNet ResNet"
      }
    }

    /// The catalog's entry whose network it is, with the same parameters and the same numbers.
    public var origin: String {
      switch self {
      case .unet, .segResNet, .dynUNet: "monai"
      case .medicalNet: "medicalnet"
      }
    }
  }

  public var family: Family {
    switch self {
    case .unet: .unet
    case .segResNet: .segResNet
    case .dynUNet: .dynUNet
    case .medicalNet: .medicalNet
    }
  }
}
