import FuzzDriver

/// Any bytes as annotations in JSON: GeoJSON, and Slicer's markups where the content says so.
@main struct Main {
  static func main() { fuzzAnnotations(named: "x.geojson") }
}
