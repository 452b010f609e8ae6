public import ArgumentParser
import Foundation
import MedImage
import MedVoxel

extension Deepmed.Image {
  /// Whether images can be read to their last voxel, and what is doubtful about them.
  public struct Validate: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Read images to their last voxel and tell what is wrong or doubtful.",
      discussion: """
        Doubts are told and leave the exit code at 0, unless --strict is given: missing geometry, sheared axes, \
        forms that disagree, odd spacings, values that are not finite, images of one value. A file that can't be \
        read makes it 65.
        """)

    @Argument(
      help: "Image files, or folders of DICOM slices.", completion: .file(), transform: filePath)
    public var inputs: [String]

    @Flag(help: "Doubts count as errors.")
    public var strict = false

    public init() {}

    public func run() throws {
      var problems: [Problem] = []
      var cause = FailureCause.data
      for input in inputs {
        do throws(ImageError) {
          let findings = try ImageFindings(URL(fileURLWithPath: input))
          print("\(input): \(findings.doubts.isEmpty ? "good" : "readable, with doubts")")
          for doubt in findings.doubts { print("  - \(doubt)") }
          if strict { problems += findings.doubts.map { Problem($0, at: input) } }
        } catch {
          print("\(input): not readable")
          problems += error.problems
          if error.cause == .environment { cause = .environment }
        }
      }
      guard problems.isEmpty else { throw ImageError(problems, cause: cause) }
    }
  }
}
