import Foundation
import MedTestSupport
import MedVoxel
import Testing

@testable import MedImage

@Suite struct XMLTreeTests {
  private func tree(_ text: String) throws -> XMLTree.Element {
    try XMLTree(Array(text.utf8), name: "x.xml").root
  }

  private func refused(_ data: [UInt8], _ words: String...) {
    let error = #expect(throws: ImageError.self) { try XMLTree(data, name: "x.xml") }
    for word in words + ["x.xml"] {
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
  }

  private func refused(_ text: String, _ word: String) { refused(Array(text.utf8), word) }

  @Test func elementsTextAndAttributes() throws {
    let root = try tree(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- a comment -->
      <p:list xmlns:p="http://example.org" xmlns="http://example.org/2" p:kind="a" size='2'>
        <item> one <![CDATA[<two>]]> &amp; three </item>
        <item/>
        tail
      </p:list>
      """)
    #expect(root.name == "list")
    #expect(root.attribute("kind") == "a" && root.attribute("size") == "2")
    #expect(root.text == "tail")
    #expect(root.all("item").map(\.text) == ["one <two> & three", ""])
    #expect(root.children.map(\.line) == [4, 5])
    #expect(root.text(of: "item") == "one <two> & three" && root.text(of: "other") == nil)
  }

  @Test func encodings() throws {
    let head = { (name: String) in "<?xml version=\"1.0\" encoding=\"\(name)\"?>" }
    #expect(try tree("\u{FEFF}<a>ü</a>").text == "ü")
    let latin = Array((head("ISO-8859-1") + "<a>").utf8) + [0xFC] + Array("</a>".utf8)
    #expect(try XMLTree(latin, name: "x").root.text == "ü")
    let wide = try #require((head("UTF-16") + "<a>ü</a>").data(using: .utf16))
    #expect(try XMLTree(Array(wide), name: "x").root.text == "ü")
    refused(Array((head("UTF-8") + "<a>").utf8) + [0xFC] + Array("</a>".utf8), "line 1", "invalid token")
    refused(head("KLINGON") + "<a/>", "unknown encoding")
    refused(([0xFF, 0xFE, 0x3C]), "line")
  }

  @Test func entityBombs() {
    refused(
      """
      <?xml version="1.0"?>
      <!DOCTYPE lolz [ <!ENTITY lol "lol"> <!ENTITY lol2 "&lol;&lol;&lol;&lol;"> ]>
      <lolz>&lol2;</lolz>
      """, "declares entities")
    refused("<!DOCTYPE a [ <!ENTITY e SYSTEM \"file:///etc/passwd\"> ]><a>&e;</a>", "declares entities")
    refused("<!DOCTYPE a [ <!ENTITY % p SYSTEM \"http://x/y\"> %p; ]><a/>", "declares entities")
    refused("<a>&unknown;</a>", "undefined entity")
  }

  @Test func documentTypesWithoutEntitiesAreRead() throws {
    #expect(try tree("<!DOCTYPE a SYSTEM \"a.dtd\"><a>1</a>").text == "1")
  }

  @Test func damage() {
    refused("", "no element")
    refused("plain", "line 1, column")
    refused("<a><b></a>", "mismatched tag")
    refused("<a>\n<b>1</b>\n", "line 3")
    refused("<a/><b/>", "junk")
    refused("<a x='1' x='2'/>", "duplicate attribute")
    refused("<a>\u{1}</a>", "invalid token")
    refused("<q:a/>", "unbound prefix")
  }

  @Test func depth() throws {
    func nested(_ count: Int) -> String {
      String(repeating: "<a>", count: count) + String(repeating: "</a>", count: count)
    }
    _ = try tree(nested(XMLTree.deepest))
    refused(nested(XMLTree.deepest + 1), "nested")
    refused(String(repeating: "<a>", count: 500_000), "nested")
  }

  @Test func longFilesComeInPieces() throws {
    let text = "<a>" + String(repeating: "<b>äöü</b>", count: 200_000) + "</a>"
    let root = try tree(text)
    #expect(root.children.count == 200_000)
    #expect(root.children.allSatisfy { $0.text == "äöü" })
  }

  @Test func tooLargeFiles() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("large.xml")
    try Data().write(to: url)
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: UInt64(XMLTree.largestFile + 1))
    try file.close()
    #expect(throws: ImageError.self) { try XMLTree(contentsOf: url) }
  }

  @Test func damagedBytesNeverCrash() {
    var random = RandomStream(seed: 4)
    let whole = Array("<?xml version=\"1.0\"?><!DOCTYPE a><a b=\"c\"><d>1</d><!-- e --><f/>&lt;</a>".utf8)
    for _ in 0..<400 {
      let bytes = random.damaged(whole, places: 2)
      _ = try? XMLTree(bytes, name: "x")
    }
  }
}
