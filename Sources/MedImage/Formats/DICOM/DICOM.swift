public import Foundation
import MedVoxel

/// DICOM images: single files, and folders of slices.
///
/// Source: the DICOM standard, PS3.3 C.7.6 (image planes, functional groups). Columns run along I, rows along
/// J, slices along K by position; positions in DICOM are LPS+ and become RAS+. Images repeated at a position
/// become channels, in the order of acquisition and instance numbers or, where those run differently at each
/// position, of what tells them apart; facts name it. Values of MONOCHROME1 images are as stored, not inverted;
/// a note says so.
///
/// Headers, plain and run-length coded pixels are read here; GDCM decodes the JPEG family.
public enum DICOM: ImageCodec {
  public static let name = "DICOM"
  public static let suffixes = [".dcm", ".dicom", ".ima"]

  public static func recognizes(_ head: [UInt8]) -> Bool {
    head.count >= 132 && head[128..<132].elementsEqual("DICM".utf8)
  }

  public static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    if let object = try DICOMObjects.open(source, options: options) { return object }
    if let directory = try DICOMDirectory(source) {
      return try open(series(of: directory.places), options: options, at: source.name)
    }
    if let level = options.level, DICOMSlideReader.recognizes(source) {
      return try ImageFile.open(Slide(source), level: level)
    }
    let instance = try DICOMInstance(.opened(source), source)
    return try open(DICOMSeries(instance), options: options.dicom)
  }

  /// The image of a folder.
  /// - Throws: `ImageError` when there is none, or several and the options name none of them; the error lists
  ///   them.
  public static func open(folder: URL, options: ReadOptions) throws(ImageError) -> OpenImage {
    try open(series(in: folder), options: options, at: folder.path)
  }

  /// The only image of several files, or the one that the options name.
  static func open(
    _ all: [DICOMSeries], options: ReadOptions, at location: String
  ) throws(ImageError) -> OpenImage {
    let chosen = options.series.map { name in all.filter { $0.name == name || $0.uid == name } } ?? all
    guard chosen.count <= 1 else {
      throw ImageError(
        "expected one image, found \(chosen.count):\n" + list(chosen), at: location,
        remedy: "choose one, such as --series \(chosen[0].name)", cause: .usage)
    }
    guard let only = chosen.first else {
      guard let wanted = options.series, !all.isEmpty else {
        throw ImageError(
          "there are no DICOM images", at: location,
          remedy: "name a folder of DICOM slices, or an image file")
      }
      throw ImageError(
        "no series \(wanted) is there, only\n" + list(all), at: location, cause: .usage)
    }
    if only.instances.count == 1 {
      let source = try only.instances[0].place.source()
      if let object = try DICOMObjects.open(source, options: options) { return object }
    }
    return try open(only, options: options.dicom)
  }

  private static func list(_ all: [DICOMSeries]) -> String {
    all.map { "    \($0.name)  \($0.summary)" }.joined(separator: "\n")
  }

  // MARK: Opening

  /// The image of a series; its voxels wait.
  /// - Throws: `ImageError` when the slices make no volume, or the options ask for what the files can't give.
  public static func open(
    _ series: DICOMSeries, options: DICOMOptions = DICOMOptions()
  ) throws(ImageError) -> OpenImage {
    let layout = try series.layout(options)
    guard let first = series.instances.first, let volume = layout.volumes.first else {
      throw ImageError("the series has no images")
    }
    let location =
      series.instances.count == 1 ? first.place.name : first.place.url.deletingLastPathComponent().path
    var shape = [first.format.columns, first.format.rows, volume.count]
    if let mosaic = layout.mosaic {
      shape = [shape[0] / mosaic.side, shape[1] / mosaic.side, mosaic.count]
    }
    if layout.volumes.count > 1 { shape.append(layout.volumes.count) }
    let pixels = try DICOMPixels(series, layout, at: location, options)
    var header = ImageHeader(
      format: "DICOM", shape: shape, components: pixels.components, type: pixels.type, affine: layout.affine,
      hasGeometry: layout.hasGeometry)
    header.rescale = pixels.commonRescale ?? .identity
    header.timeStep =
      layout.isCine ? first.frameTime : layout.channels.timeStep(repetition: first.repetitionTime)
    header.facts = first.facts + [.init("files", "\(series.instances.count)")] + layout.channels.facts
    header.notes = layout.notes + notes(first, pixels, layout)
    return OpenImage(header: header, voxels: pixels, location: location)
  }

  private static func notes(
    _ first: DICOMInstance, _ pixels: DICOMPixels, _ layout: DICOMSeries.Layout
  ) -> [String] {
    var notes = first.notes
    if pixels.commonRescale == nil {
      notes.append("slices are rescaled differently; their real values are kept")
    }
    if pixels.options.convertsToSUV {
      notes.append("values are standardized uptake values by body weight, g/ml")
    }
    if first.format.photometric == .monochrome1 {
      notes.append("low values are bright (MONOCHROME1); values are as stored, not inverted")
    }
    if first.format.photometric == .palette, pixels.components == .scalar {
      notes.append("values are indices into the file's palette")
    }
    if first.text("SOPClassUID") == DICOMTiling.storageClass {
      notes.append("the tiles of a whole slide, each read as a slice; with a level, they are put together")
    }
    if layout.mosaic == nil, first.text("ImageType")?.contains("MOSAIC") == true {
      notes.append("a mosaic: one image holds the tiles of a volume; it is read as it is")
    }
    return notes
  }
}
