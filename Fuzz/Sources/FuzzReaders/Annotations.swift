import MedImage
import MedVoxel

/// The annotation readers by name.
nonisolated(unsafe) let annotationReaders: [String: () throws -> Void] = [
  // GeoJSON, and Slicer's markups where the content says so.
  "AnnotationJSON": { fuzzAnnotations(named: "x.geojson") },
  "AnnotationText": {
    fuzzAnnotations(named: "x.fcsv", "x.csv", "x.pts", "IM-0001-0002-icontour-manual.txt")
  },
  // LIDC-IDRI, property lists, ASAP, ImageScope.
  "AnnotationXML": { fuzzAnnotations(named: "x.xml") },
]

/// Hands inputs to the annotation readers as a file of a name, and what they read to the painters and writers; errors
/// are what is wanted of bad ones.
///
/// - Parameter names: the first byte of an input chooses one where there are several.
private func fuzzAnnotations(named names: String...) {
  let grid = Grid(size: [24, 20, 3], affine: Affine(spacing: [1, 1.5, 2], origin: [-3, 2, 1]))
  fuzz { bytes in
    let name = names[names.count == 1 ? 0 : Int(bytes.first ?? 0) % names.count]
    let content = names.count == 1 ? bytes[...] : bytes.dropFirst()
    guard let source = try? FileSource(memory: content, name: name),
      let annotations = try? AnnotationFile.open(source)
    else { return }
    for outline in OutlineRule.allCases {
      let options = FillOptions(rule: .nonZero, outline: outline, plane: .nearest)
      _ = try? annotations.contourSet(ellipseCorners: 24).labelMap(on: grid, options: options)
    }
    _ = try? annotations.pointSet.labelMap(on: grid, radius: 2)
    for frame in [CoordinateFrame.world, .pixels(.corners)] {
      _ = try? annotations.converted(to: frame, on: grid)
    }
  }
}
