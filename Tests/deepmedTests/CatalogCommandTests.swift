import Foundation
import MedTestSupport
import Testing

@Suite struct CatalogCommandTests {
  @Test func `statistics are those of the list`() throws {
    let outcome = try deepmed("catalog", "stats", "--json")
    expectSuccess(outcome)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(json["references"] as? Int == 108)
    #expect(json["unique_references"] as? Int == 104)
    #expect(json["datasets"] as? Int == 80)
    #expect(json["frameworks"] as? Int == 3)
    #expect(json["systems"] as? Int == 63)
  }

  @Test func `a search prints ids, summaries and what it took for misspelled`() throws {
    let outcome = try deepmed("catalog", "search", "mammografy", "--access", "open", "--limit", "2")
    expectSuccess(outcome)
    #expect(outcome.output.contains("“mammografy” stands nowhere"))
    #expect(!outcome.output.contains("\u{1B}"))
    let json = try deepmed("catalog", "search", "retina vessels", "--json")
    #expect(json.output.contains("\"drive\""))
  }

  @Test func `the bundled catalog is checked`() throws {
    let outcome = try deepmed("catalog", "check")
    expectSuccess(outcome)
    #expect(outcome.output.contains("all 213 lines"))
    let folder = try TemporaryFolder()
    try folder.write("datasets/bad.yaml", "topic: bad\ntitle: Bad\nentries:\n  - id: X\n    kind: dataset\n")
    let bad = try deepmed("catalog", "check", folder.url.path)
    expect(bad, fails: 65, saying: "datasets/bad.yaml:4", "`summary` is missing", "`access` is missing")
  }

  @Test(arguments: ["markdown", "bibtex", "csl", "ris", "croissant", "schema", "csv"])
  func `every format is written whole, or to standard output`(format: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("catalog.out")
    let outcome = try deepmed("catalog", "export", "--format", format, "-o", file.path)
    expectSuccess(outcome)
    #expect(try folder.names == ["catalog.out"])
    let printed = try deepmed("catalog", "export", "--format", format)
    #expect(try Data(printed.output.utf8) == Data(contentsOf: file))
  }

  @Test(arguments: [
    ["catalog", "search"], ["catalog", "search", "?"], ["catalog", "search", "lung", "--limit", "0"],
    ["catalog", "search", "lung", "--kind", "paper"], ["catalog", "export"],
    ["catalog", "export", "--format", "word"], ["catalog", "export", "--site", "--format", "csv"],
    ["data", "mimic", "kits19", "-o", "a", "--cases", "0"],
    ["data", "prepare", "a", "-o", "b", "--test-share", "1"],
    ["data", "show", ""], ["data", "mimic", "kits19", "-o", ""],
  ])
  func `wrong usage`(arguments: [String]) throws {
    expect(try RunningProgram(program("deepmed"), arguments).wait(), fails: 64, saying: "Error:")
  }

  @Test(arguments: [
    (["catalog", "show", "kits"], "did you mean kits19"),
    (["catalog", "open", "drive", "--link", "code"], "has no code link"),
    (["catalog", "list", "--modality", "mamography"], "did you mean “mammography”"),
    (["data", "mimic", "kits20", "-o", "x"], "known are"),
    (["data", "check", "/no/such/folder"], "does not exist"),
  ])
  func `unknown names are told with the nearest known`(arguments: [String], message: String) throws {
    expect(try RunningProgram(program("deepmed"), arguments).wait(), fails: 64, saying: message)
  }

  @Test func `a mimic goes all the way to a plan`() throws {
    let folder = try TemporaryFolder()
    let (copy, prepared) = (folder.file("copy").path, folder.file("prepared").path)
    expectSuccess(try deepmed("data", "mimic", "kits19", "-o", copy, "--cases", "5"))
    expectSuccess(try deepmed("data", "check", copy, "--strict", "--images"))
    expectSuccess(try deepmed("data", "prepare", copy, "-o", prepared))
    expectSuccess(try deepmed("plan", prepared, "-o", folder.file("plan.json").path))
    let summary = try deepmed("data", "summary", copy, "--json")
    #expect(summary.output.contains("\"cases\" : 5"))
    try FileManager.default.removeItem(atPath: copy + "/data/case_00002/imaging.nii.gz")
    let check = try deepmed("data", "check", copy)
    #expect(check.status == 65)
    #expect(check.output.contains("case_00002: imaging.nii.gz is missing"))
    expect(
      try deepmed("data", "summary", copy, "--strict"), fails: 65, saying: "imaging.nii.gz is missing")
    expectSuccess(try deepmed("data", "summary", copy))
  }
}
