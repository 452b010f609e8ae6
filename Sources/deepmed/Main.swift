import DeepmedCommands

@main struct Main {
  static func main() async { await Deepmed.launch() }
}
