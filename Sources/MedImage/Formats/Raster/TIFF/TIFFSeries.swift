import Foundation
import MedVoxel

/// How the pages of a TIFF make one image: what ImageJ or OME say of it, or that they are alike.
struct TIFFSeries {
  var pages: [TIFFPage]
  /// Places of the pages in the file.
  var numbers: [Int]
  var slices = 1
  var channels = 1
  var times = 1
  /// In millimeters; 0 where the file says nothing.
  var spacing: SIMD3<Double>
  var timeStep: Double?
  /// The outer axes by name, such as "ZCT".
  var axes = ""
  var notes: [String] = []

  /// One page.
  init(page: TIFFPage, number: Int) {
    (pages, numbers) = ([page], [number])
    spacing = page.spacing
  }

  /// All that belong together, for the first page of the file.
  init(_ all: [TIFFPage], description: String) throws(ImageError) {
    let first = all[0]
    self.init(page: first, number: 0)
    if description.contains("<OME") {
      try readOME(description, all)
    } else if description.hasPrefix("ImageJ=") {
      try readImageJ(description, all)
    } else {
      let full = all.indices.filter { all[$0].subfileType & 5 == 0 }
      if full.count > 1, full.first == 0, full.allSatisfy({ all[$0].isAlike(first) }) {
        (pages, numbers, slices) = (full.map { all[$0] }, full, full.count)
        axes = "Z"
      } else if all.count > 1 {
        notes.append("the file has \(all.count) pages that are not alike; the first one is read")
      }
    }
  }

  /// Takes the pages at the places, slice by slice, then by channel and time.
  private mutating func arrange(_ all: [TIFFPage], _ place: (Int, Int, Int) -> Int?) throws(ImageError) {
    var found: [Int] = []
    for time in 0..<times {
      for channel in 0..<channels {
        for slice in 0..<slices {
          guard let index = place(slice, channel, time), all.indices.contains(index) else {
            throw ImageError(
              "the description claims \(slices) slices, \(channels) channels and \(times) times, the file has "
                + "\(all.count) pages", at: all[0].file.name,
              remedy: "read a single page, or get the file again from its source")
          }
          found.append(index)
        }
      }
    }
    if let odd = found.first(where: { !all[$0].isAlike(all[0]) }) {
      throw ImageError(
        "page \(odd) has \(all[odd].width)×\(all[odd].height) pixels, the first has "
          + "\(all[0].width)×\(all[0].height) (or another type)", at: all[0].file.name,
        remedy: "read single pages")
    }
    (pages, numbers) = (found.map { all[$0] }, found)
    axes = (slices > 1 ? "Z" : "") + (channels > 1 ? "C" : "") + (times > 1 ? "T" : "")
  }

  /// ImageJ's lines: channels run fastest, then slices, then frames.
  private mutating func readImageJ(_ description: String, _ all: [TIFFPage]) throws(ImageError) {
    var fields: [String: String] = [:]
    for line in description.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
    }
    func number(_ name: String) -> Int? { fields[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
    let images = number("images") ?? all.count
    let pages = try Self.virtualPages(all, images)
    let first = pages[0]
    (channels, slices, times) = (number("channels") ?? 1, number("slices") ?? 1, number("frames") ?? 1)
    // Colors of a page are no channels of the stack.
    if first.samples > 1, channels == first.samples { channels = 1 }
    let (product, overflow) = channels.multipliedReportingOverflow(by: slices)
    if overflow || product.multipliedReportingOverflow(by: times) != (pages.count, false) {
      (channels, slices, times) = (1, pages.count, 1)
    }
    let (c, z) = (channels, slices)
    try arrange(pages) { slice, channel, time in channel + c * (slice + z * time) }
    if pages.count != all.count { numbers = numbers.map { _ in 0 } }
    let unit = Self.millimeters(fields["unit"] ?? "")
    if let unit, let x = try first.directory.real(282), let y = try first.directory.real(283), x > 0, y > 0 {
      spacing = [unit / x, unit / y, 0]
    }
    if let depth = fields["spacing"].flatMap(Double.init), depth.isFinite, depth != 0 {
      spacing.z = abs(depth) * (unit ?? 0)
    }
    if let interval = fields["finterval"].flatMap(Double.init), interval > 0 { timeStep = interval }
  }

  /// Stacks of more than 4 GB have one directory; their pages follow the first one's.
  private static func virtualPages(_ all: [TIFFPage], _ images: Int) throws(ImageError) -> [TIFFPage] {
    guard all.count == 1, images > 1, let first = all.first, first.compression == 1, !first.isTiled,
      let start = first.offsets.first
    else { return all }
    let size = first.rowBytes * first.height * (first.isPlanar ? first.samples : 1)
    let (total, overflow) = size.multipliedReportingOverflow(by: images)
    guard !overflow, size > 0, total <= first.file.bytes.count - start else { return all }
    return (0..<images).map { first.moved(by: $0 * size) }
  }

  static func millimeters(_ unit: String) -> Double? {
    switch unit.lowercased() {
    case "nm", "nanometer": 1e-6
    case "um", "\u{b5}m", "\u{3bc}m", "micron", "micrometer", "microns", "\\u00b5m": 1e-3
    case "mm", "millimeter": 1
    case "cm", "centimeter": 10
    case "m", "meter": 1000
    case "inch", "in": 25.4
    default: nil
    }
  }

  /// OME-XML's `Pixels` and `TiffData`. Source: the OME data model of 2016-06.
  private mutating func readOME(_ description: String, _ all: [TIFFPage]) throws(ImageError) {
    let tags = XMLTags(description, named: ["Image", "Pixels", "TiffData", "UUID", "Channel"])
    guard let start = tags.firstIndex(where: { $0.name == "Pixels" }) else {
      notes.append("the OME description has no pixels; the first page is read")
      return
    }
    let pixels = tags[start].attributes
    let own = tags[(start + 1)...].prefix { $0.name != "Pixels" }
    func count(_ name: String) -> Int { max(1, pixels[name].flatMap { Int($0) } ?? 1) }
    (slices, channels, times) = (count("SizeZ"), count("SizeC"), count("SizeT"))
    let samples = all[0].samples
    if samples > 1, channels % samples == 0 { channels /= samples }
    let images = tags.count { $0.name == "Image" }
    if images > 1 { notes.append("the file has \(images) OME images; the first one is read") }
    // The axes in the order in which the planes run, the fastest first.
    let order = Array((pixels["DimensionOrder"] ?? "XYZCT").dropFirst(2))
    let sizes: [Character: Int] = ["Z": slices, "C": channels, "T": times]
    let (total, overflow) = slices.multipliedReportingOverflow(by: channels)
    guard !overflow, !total.multipliedReportingOverflow(by: times).overflow, total * times <= all.count else {
      (slices, channels, times) = (1, 1, 1)
      notes.append("the OME description names planes that lie in other files; the first page is read")
      return
    }
    var places: [SIMD3<Int>: Int] = [:]
    for tag in own where tag.name == "TiffData" {
      func value(_ name: String) -> Int? { tag.attributes[name].flatMap { Int($0) } }
      let ifd = value("IFD")
      let planes = value("PlaneCount") ?? (ifd == nil ? all.count : 1)
      var at: [Character: Int] = [
        "Z": value("FirstZ") ?? 0, "C": (value("FirstC") ?? 0) / (channels == count("SizeC") ? 1 : samples),
        "T": value("FirstT") ?? 0,
      ]
      for plane in 0..<max(0, min(planes, all.count)) {
        places[[at["Z"] ?? 0, at["C"] ?? 0, at["T"] ?? 0]] = (ifd ?? 0) + plane
        for axis in order {
          at[axis, default: 0] += 1
          if at[axis, default: 0] < sizes[axis] ?? 1 { break }
          at[axis] = 0
        }
      }
    }
    var strides: [Character: Int] = [:]
    var stride = 1
    for axis in order {
      strides[axis] = stride
      stride *= sizes[axis] ?? 1
    }
    let isListed = !places.isEmpty
    try arrange(all) { slice, channel, time in
      isListed
        ? places[[slice, channel, time]]
        : slice * (strides["Z"] ?? 0) + channel * (strides["C"] ?? 0) + time * (strides["T"] ?? 0)
    }
    func length(_ axis: String) -> Double {
      let unit = Self.millimeters(pixels["PhysicalSize\(axis)Unit"] ?? "µm") ?? 0
      return (pixels["PhysicalSize\(axis)"].flatMap(Double.init) ?? 0) * unit
    }
    let sized = SIMD3(length("X"), length("Y"), length("Z"))
    if sized.x > 0, sized.y > 0 { spacing = sized }
    if let step = pixels["TimeIncrement"].flatMap(Double.init), step > 0 {
      timeStep = pixels["TimeIncrementUnit"] == "ms" ? step / 1000 : step
    }
  }
}

extension TIFFPage {
  /// Millimeters a pixel as the resolution says; 0 where it says nothing.
  var spacing: SIMD3<Double> {
    let unit: Double =
      switch (try? directory.integer(296)) ?? 2 {
      case 2: 25.4
      case 3: 10
      default: 0
      }
    let (x, y) = ((try? directory.real(282)) ?? 0, (try? directory.real(283)) ?? 0)
    guard unit > 0, x > 0, y > 0, x.isFinite, y.isFinite else { return [0, 0, 0] }
    let spacing = SIMD3(unit / x, unit / y, 0)
    // From 10 nm to 1 m a pixel; one pixel an inch or centimeter is what writers say who know nothing.
    let usable = 1e-5...1000.0
    guard usable.contains(spacing.x), usable.contains(spacing.y), x != 1 || y != 1 else { return [0, 0, 0] }
    return spacing
  }

  /// The same page at another place of the file.
  func moved(by distance: Int) -> TIFFPage { TIFFPage(self, movedBy: distance) }
}
