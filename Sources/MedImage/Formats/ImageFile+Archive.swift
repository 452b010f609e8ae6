import MedVoxel

extension ImageFile {
  /// The image in a ZIP archive: a DICOM series, or the only file that is an image.
  /// - Throws: `ImageError` when there is none or several; the error lists them.
  static func open(_ archive: ZipArchive, options: ReadOptions) throws(ImageError) -> OpenImage {
    let series = DICOM.series(of: archive)
    if !series.isEmpty { return try DICOM.open(series, options: options, at: archive.source.name) }
    var images: [OpenImage] = []
    for entry in archive.entries.prefix(64) {
      // Archives in archives are left alone: some contain themselves.
      guard let content = try? archive.content(of: entry), let head = try? content.prefix(1024),
        !ZipArchive.recognizes(head), let image = try? open(content, options: options)
      else { continue }
      images.append(image)
    }
    guard images.count <= 1 else {
      throw ImageError(
        "expected an archive with one image, found "
          + images.map { "\($0.location)" }.joined(separator: ", "), at: archive.source.name,
        remedy: "unpack the archive and name one of them", cause: .usage)
    }
    guard let only = images.first else {
      throw ImageError(
        "none of the \(archive.entries.count) files in the archive is an image on its own",
        at: archive.source.name, remedy: "unpack the archive")
    }
    return only
  }
}
