import ArgumentParser
import DeepmedCommands
import MedTensor

@main struct Main {
  static func main() async { print(Torch.version); await Deepmed.main() }
}
