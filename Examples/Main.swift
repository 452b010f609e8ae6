import Foundation

/// Runs the examples that need no data of yours.
@main struct Main {
  static func main() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "examples-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try ImageExamples.run(in: folder)
    try SlideExamples.run(in: folder)
    try TransformExamples.run()
    try NetworkExamples.run(in: folder)
    try TrainingExamples.run()
    try EvaluationExamples.run(in: folder)
    try CatalogExamples.run(in: folder)
    print("all examples ran")
  }
}
