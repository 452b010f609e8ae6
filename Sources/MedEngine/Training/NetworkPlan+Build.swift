internal import MedNet
internal import MedRecord
internal import MedTensor

extension NetworkPlan {
  /// The network that the plan names, registered below a scope.
  func build(_ scope: Scope, channels: Int, classes: Int) throws(TensorError) -> any Network {
    switch self {
    case .unet(let features, let strides, let residualUnits):
      let configuration = UNet.Configuration(
        inputChannels: channels, outputChannels: classes, channels: features,
        strides: strides.map { PerAxis([$0]) }, residualUnits: residualUnits)
      return try UNet(scope, configuration)
    case .segResNet(let filters, let down, let up):
      var configuration = SegResNet.Configuration(
        initialFilters: filters, inputChannels: channels, outputChannels: classes)
      configuration.blocksDown = down
      configuration.blocksUp = up
      return try SegResNet(scope, configuration)
    case .dynUNet(let filters, let strides, let kernels, let supervision):
      var configuration = DynUNet.Configuration(
        inputChannels: channels, outputChannels: classes, kernelSizes: kernels.map { PerAxis($0) },
        strides: strides.map { PerAxis($0) }, filters: filters)
      configuration.hasDeepSupervision = supervision > 0
      configuration.supervisionHeads = max(1, supervision)
      return try DynUNet(scope, configuration)
    case .medicalNet(let depth):
      var configuration = MedicalNet.Configuration(depth: depth, classes: classes)
      configuration.inputChannels = channels
      return try MedicalNet(scope, configuration)
    }
  }
}
