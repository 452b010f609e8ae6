import FuzzDriver

/// Any bytes as annotations in XML: LIDC-IDRI, property lists, ASAP, ImageScope.
@main struct Main {
  static func main() { fuzzAnnotations(named: "x.xml") }
}
