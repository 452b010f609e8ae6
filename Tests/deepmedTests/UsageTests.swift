import Foundation
import MedTestSupport
import Testing

@Suite struct UsageTests {
  @Test func versionAndHelp() throws {
    let version = try deepmed("--version")
    expectSuccess(version)
    #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\S*\n/) != nil, "\(version.output)")
    for arguments in [["--help"], ["help", "train"], ["image", "convert", "--help"]] {
      let help = try RunningProgram(program("deepmed"), arguments).wait()
      expectSuccess(help)
      #expect(help.output.contains("USAGE: deepmed"))
    }
  }

  @Test(arguments: [
    ["segment"], ["--fast"], ["plan"], ["plan", "a"], ["train", "plan.json", "-o", "run", "--speed", "9"],
    ["train", "plan.json"], ["predict", "run", "-o", "out"], ["plan", "a", "-o", "b", "--iterations", "0"],
    ["plan", "a", "-o", "b", "--patch-size", "16,16"], ["evaluate", "a"],
    ["image", "view", "a", "-o", "a.jpg"],
    ["predict", "run", "scan.nii", "-o", "out", "--threads", "0"],
  ])
  func wrongUsage(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let outcome = try RunningProgram(program("deepmed"), arguments, in: folder.url).wait()
    expect(outcome, fails: 64, saying: "Error:", "Usage: deepmed")
    #expect(outcome.output.isEmpty)
    #expect(try folder.names.isEmpty)
  }

  /// The file system takes an empty path for the working folder.
  @Test(arguments: [
    ["image", "info", ""], ["image", "convert", "", "b.nii"], ["image", "convert", "a.nii", ""],
    ["image", "view", ""], ["image", "view", "a.nii", "-o", ""], ["image", "view", "a.nii", "--overlay", ""],
    ["data", "synthesize", "", "-o", "b"], ["data", "synthesize", "a", "", "-o", "b"],
    ["data", "synthesize", "a", "-o", ""], ["data", "synthesize", "a", "-o", "b", "--mask", ""],
    ["data", "labels", "", "-o", "b.nii"], ["data", "labels", "a", "-o", ""],
    ["checkpoint", "show", ""], ["checkpoint", "convert", "", "b.safetensors"],
    ["checkpoint", "convert", "a.pt", ""],
    ["plan", "", "-o", "p.json"], ["plan", "a", "-o", ""], ["train", "", "-o", "run"],
    ["train", "plan.json", "-o", ""], ["predict", "", "a.nii", "-o", "out"],
    ["predict", "run", "", "-o", "out"], ["predict", "run", "a.nii", "", "-o", "out"],
    ["predict", "run", "a.nii", "-o", ""], ["evaluate", "", "b"], ["evaluate", "a", ""],
    ["evaluate", "a", "b", "--json", ""], ["evaluate", "a", "b", "--csv", ""], ["evaluate", "--summary", ""],
    ["report", "", "-o", "r.html"], ["report", "a", "", "-o", "r.html"], ["report", "a", "-o", ""],
  ])
  func emptyPaths(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let outcome = try RunningProgram(program("deepmed"), arguments, in: folder.url).wait()
    expect(outcome, fails: 64, saying: "path is empty", "Usage: deepmed")
    #expect(try folder.names.isEmpty)
  }

  /// Commands without tensors must start in milliseconds.
  @Test func startsWithoutLibtorch() throws {
    #if os(macOS)
      let (lister, options) = ("/usr/bin/otool", ["-L"])
    #else
      let (lister, options) = ("/usr/bin/ldd", [String]())
    #endif
    func libraries(_ name: String) throws -> String {
      try RunningProgram(URL(filePath: lister), options + [program(name).path]).wait().output
    }
    let own = try libraries("deepmed")
    #expect(!own.isEmpty && !own.contains("libtorch") && !own.contains("libc10"))
    #expect(try libraries("deepmed-torch").contains("libtorch"))
  }
}
