import Foundation
import MedImage
import MedVoxel
import Testing

/// Expects that a file is refused as a scan, with an error that has all the words.
func refused(_ url: URL, _ words: String..., location: SourceLocation = #_sourceLocation) {
  let error = #expect(throws: ImageError.self, sourceLocation: location) { try ScalarImage(contentsOf: url) }
  for word in words {
    #expect(
      error?.description.contains(word) == true, "“\(word)” in “\(error?.description ?? "")”",
      sourceLocation: location)
  }
}
