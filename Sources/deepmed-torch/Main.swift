import DeepmedCommands

@main struct Main {
  static func main() async {
    await Deepmed.launch { command in
      switch command {
      case let train as Deepmed.Train: try train.execute()
      case let predict as Deepmed.Predict: try predict.execute()
      default: try await runCommand(command)
      }
    }
  }
}
