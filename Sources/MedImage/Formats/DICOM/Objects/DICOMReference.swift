public import Foundation
public import MedVoxel

/// The series that an object is drawn on: its grid, and what the object must say of it.
public struct DICOMReference: Sendable {
  /// A slice of the series' volume.
  struct Slice: Sendable {
    var sopClass: String
    var identity: String
    /// Counted from 0; nil for files of a single frame.
    var frame: Int?
    /// Of the first pixel, RAS+.
    var position: WorldPoint
  }

  public let grid: Grid
  /// What the series' first file says; patient and study are taken from it.
  public let data: DICOMDataSet
  /// The slices along the third axis.
  let slices: [Slice]

  /// - Parameter folder: of the series' slices, or a multi-frame file.
  /// - Throws: `ImageError` when it holds no series or several, the series has several images at a position or
  ///   no geometry, or its files lack their UIDs.
  public init(contentsOf folder: URL, series: String? = nil) throws(ImageError) {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
    let all = isThere && isFolder.boolValue ? try DICOM.series(in: folder) : DICOM.series(of: [.file(folder)])
    // Segmentations may lie beside the series.
    let images = all.filter { $0.modality != "SEG" }
    let chosen = series.map { name in images.filter { $0.name == name || $0.uid == name } } ?? images
    guard chosen.count == 1 else {
      let names = chosen.map { "\n    \($0.name)  \($0.summary)" }.joined()
      throw ImageError(
        "expected one series to refer to, found \(chosen.count)" + names, at: folder.path, cause: .usage)
    }
    try self.init(chosen[0], DICOM.open(chosen[0]).header)
  }

  init(_ series: DICOMSeries, _ header: ImageHeader) throws(ImageError) {
    let name = series.files.first?.deletingLastPathComponent().path
    let places = try series.slices()
    guard header.hasGeometry, let first = places.first else {
      throw ImageError("the reference series says nothing of where its images lie", at: name)
    }
    guard places.allSatisfy({ $0.repetition == 0 }), places.count == header.size.z else {
      throw ImageError(
        "the reference series has several images at each position", at: name,
        remedy: "name a series with one image at each position")
    }
    data = try DICOMDataSet(contentsOf: first.file)
    grid = header.grid
    let sopClass = data.text(.sopClass)
    let isMultiframe = (data.integer(.frameCount) ?? 1) > 1
    let affine = header.affine
    var slices: [Slice] = []
    for place in places.sorted(by: { $0.k < $1.k }) {
      guard !place.identity.isEmpty, let sopClass else {
        throw ImageError(
          "the file has no \(DICOMTag.sopInstance.name), so nothing can refer to it", at: place.file.path)
      }
      slices.append(
        Slice(
          sopClass: sopClass, identity: place.identity, frame: isMultiframe ? place.frame : nil,
          position: place.position ?? affine([0, 0, Double(place.k)])))
    }
    self.slices = slices
    for tag in [DICOMTag.study, .series] where data.text(tag) == nil {
      throw ImageError("the reference series has no \(tag.name)", at: name)
    }
  }

  var study: String { data.text(.study) ?? "" }
  var series: String { data.text(.series) ?? "" }
  var frameOfReference: String? { data.text(.frameOfReference) }

  /// The item that names a slice.
  func item(_ slice: Slice) -> DICOMDataSet {
    var item = DICOMDataSet()
    item.set(.referencedClass, "UI", slice.sopClass)
    item.set(.referencedInstance, "UI", slice.identity)
    if let frame = slice.frame { item.set(DICOMTag(0x0008, 0x1160), "IS", "\(frame + 1)") }
    return item
  }

  /// One item for each file, those of a multi-frame file once.
  var instanceItems: [DICOMDataSet] {
    var seen: Set<String> = []
    return slices.filter { seen.insert($0.identity).inserted }.map { slice in
      var whole = slice
      whole.frame = nil
      return item(whole)
    }
  }

  /// The label map on the series' grid: its axes are turned where they run in other directions, and what lies
  /// outside of it is background.
  ///
  /// - Throws: `ImageError` that tells the grids apart, when the map's voxels are not those of the series.
  func aligned(_ map: LabelMap) throws(ImageError) -> VoxelBuffer<UInt16> {
    if map.grid.difference(from: grid) == nil { return map.voxels }
    let toMap: Affine
    do { toMap = try map.affine.inverse() * grid.affine } catch {
      throw ImageError(error.problems, cause: error.cause)
    }
    func whole(_ v: SIMD3<Double>, _ extent: Int) -> GridIndex? {
      let nearest = v.rounded(.toNearestOrEven)
      guard length(v - nearest) * Double(extent) < 0.05, length(nearest) < 1e9 else { return nil }
      return GridIndex(Int(nearest.x), Int(nearest.y), Int(nearest.z))
    }
    let (axes, origin) = (toMap.columns, toMap.origin)
    guard let i = whole(axes.i, grid.size.x), let j = whole(axes.j, grid.size.y),
      let k = whole(axes.k, grid.size.z), let start = whole(origin, 1)
    else {
      throw ImageError(
        "the label map's voxels are not those of the reference series: "
          + (map.grid.difference(from: grid) ?? "they differ"),
        remedy: "resample it to the series with its nearest voxels first")
    }
    let (size, target) = (map.size, grid.size)
    let strides = map.voxels.strides
    return VoxelBuffer<UInt16>(size: target) { output in
      map.voxels.withUnsafeBuffer { source in
        for z in 0..<target.z {
          for y in 0..<target.y {
            var place = start &+ j &* y &+ k &* z
            let row = (z * target.y + y) * target.x
            for x in 0..<target.x {
              let isInside =
                place.x >= 0 && place.y >= 0 && place.z >= 0 && place.x < size.x && place.y < size.y
                && place.z < size.z
              output[row + x] =
                isInside ? source[place.x + place.y * strides.j + place.z * strides.k] : 0
              place = place &+ i
            }
          }
        }
      }
    }
  }

  /// Patient and study as the series has them, and the equipment and series modules of a new object.
  func newObject(
    sopClass: String, modality: String, description: String, identifiers: ObjectIdentifiers
  ) -> DICOMDataSet {
    var object = DICOMDataSet()
    object.set(DICOMTag(0x0008, 0x0005), "CS", "ISO_IR 192")
    object.set(.sopClass, "UI", sopClass)
    object.set(.sopInstance, "UI", identifiers.instance)
    object.set(.series, "UI", identifiers.series)
    object.set(.study, "UI", study)
    object.set(.modality, "CS", modality)
    object.set(.seriesDescription, name: description)
    object.set(DICOMTag(0x0020, 0x0011), "IS", "\(identifiers.seriesNumber)")
    object.set(DICOMTag(0x0020, 0x0013), "IS", "1")
    for (tag, representation) in Self.inherited {
      // Their text may be coded otherwise.
      if let text = data[tag]?.text {
        object.set(tag, representation, text)
      } else {
        object.set(tag, representation, "")
      }
    }
    for tag in Self.patient { object.copy(tag, from: data) }
    for (tag, value) in identifiers.equipment { object.set(tag, "LO", value) }
    let (date, time) = identifiers.moment
    for tag in [DICOMTag(0x0008, 0x0012), DICOMTag(0x0008, 0x0021), DICOMTag(0x0008, 0x0023)] {
      object.set(tag, "DA", date)
    }
    for tag in [DICOMTag(0x0008, 0x0013), DICOMTag(0x0008, 0x0031), DICOMTag(0x0008, 0x0033)] {
      object.set(tag, "TM", time)
    }
    if let frame = frameOfReference {
      object.set(.frameOfReference, "UI", frame)
      object.set(DICOMTag(0x0020, 0x1040), "LO", data.text(DICOMTag(0x0020, 0x1040)) ?? "")
    }
    return object
  }

  /// Elements of patient and study that every object must have, empty or not.
  private static let inherited: [(DICOMTag, String)] = [
    (DICOMTag(0x0008, 0x0020), "DA"), (DICOMTag(0x0008, 0x0030), "TM"), (DICOMTag(0x0008, 0x0050), "SH"),
    (DICOMTag(0x0008, 0x0090), "PN"), (DICOMTag(0x0010, 0x0010), "PN"), (DICOMTag(0x0010, 0x0020), "LO"),
    (DICOMTag(0x0010, 0x0030), "DA"), (DICOMTag(0x0010, 0x0040), "CS"), (DICOMTag(0x0020, 0x0010), "SH"),
  ]
  /// Whether the identity was removed must be said of what is derived too.
  private static let patient = [DICOMTag(0x0012, 0x0062), DICOMTag(0x0012, 0x0063), DICOMTag(0x0012, 0x0064)]
}

/// What names a new object.
public struct ObjectIdentifiers: Sendable {
  public var series: String
  public var instance: String
  public var seriesNumber: Int
  /// When the object was made: a date and a time as DICOM writes them.
  var moment: (date: String, time: String)
  /// Manufacturer, model, serial number, software version.
  var equipment: [(DICOMTag, String)] = [
    (DICOMTag(0x0008, 0x0070), "DeepMedicine"), (DICOMTag(0x0008, 0x1090), "DeepMedicine"),
    (DICOMTag(0x0018, 0x1000), "0"), (DICOMTag(0x0018, 0x1020), "0"),
  ]

  /// New UIDs, and the present time.
  public static func new(seriesNumber: Int = 900) -> ObjectIdentifiers {
    ObjectIdentifiers(
      series: DICOMIdentifier.random(), instance: DICOMIdentifier.random(), seriesNumber: seriesNumber,
      date: Date())
  }

  /// The same UIDs and time for the same words, so that the same content gives the same file.
  ///
  /// - Parameter words: what makes the object what it is, such as the reference's UID and the model's name.
  public static func derived(from words: [String], seriesNumber: Int = 900) -> ObjectIdentifiers {
    ObjectIdentifiers(
      series: DICOMIdentifier.make(from: ["series"] + words),
      instance: DICOMIdentifier.make(from: ["instance"] + words), seriesNumber: seriesNumber,
      date: Date(timeIntervalSince1970: 946_684_800))
  }

  public init(series: String, instance: String, seriesNumber: Int = 900, date: Date) {
    (self.series, self.instance, self.seriesNumber) = (series, instance, seriesNumber)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    func two(_ value: Int?) -> String { String(format: "%02d", value ?? 0) }
    moment = (
      String(format: "%04d", parts.year ?? 2000) + two(parts.month) + two(parts.day),
      two(parts.hour) + two(parts.minute) + two(parts.second)
    )
  }
}
