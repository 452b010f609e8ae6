import MedCheckpoint
import Testing

@Suite struct JSONValueTests {
  @Test func keepsTheOrderOfMembers() throws {
    let value = try JSONValue(parsing: #"{"b": [1, -2.5, 1e3], "a": {"x": null, "": true}}"#)
    #expect(value.object?.keys == ["b", "a"])
    #expect(value["b"] == [1, -2.5, .number(1000)])
    #expect(value.description == #"{"b":[1,-2.5,1000.0],"a":{"x":null,"":true}}"#)
  }

  @Test func readsEscapes() throws {
    let value = try JSONValue(parsing: #""a\n\"\\\u00e9\ud83e\udde0""#)
    #expect(value == "a\n\"\\é🧠")
    #expect(try JSONValue(parsing: value.description) == value)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "tru", "\"\\ud800\"", "\"\u{01}\"", "1 2", "{1:2}",
    "nan",
    "-", "[1 2]",
  ]) func refuses(text: String) { #expect(throws: CheckpointError.self) { try JSONValue(parsing: text) } }

  @Test func refusesDeepNesting() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: CheckpointError.self) { try JSONValue(parsing: deep) }
  }
}
