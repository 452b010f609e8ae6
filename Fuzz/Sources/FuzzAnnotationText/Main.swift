import FuzzDriver

/// Any bytes as annotations in lines of text; the first byte chooses the format.
@main struct Main {
  static func main() {
    fuzzAnnotations(named: "x.fcsv", "x.csv", "x.pts", "IM-0001-0002-icontour-manual.txt")
  }
}
