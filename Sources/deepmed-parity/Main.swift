import DeepMedicine

@main struct Main {
  static func main() { print(Torch.version) }
}
