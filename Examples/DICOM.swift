import DeepMedicine
import Foundation

/// The code of the guides to DICOM images and objects; it needs files of yours.
enum DICOMExamples {
  static func images(in folder: URL, uid: String) throws {
    for series in try DICOM.series(in: folder) { print(series.name, series.summary) }
    let open = try ImageFile.open(folder, options: ReadOptions(series: uid))
    let bold = try ScalarImage(
      contentsOf: folder, options: ReadOptions(dicom: DICOMOptions(splitsMosaics: true)))
    print(open.header.size, bold.size)
  }

  static func objects(_ url: URL, on folder: URL) throws {
    let object = try DICOMSegmentation(contentsOf: url)  // reads what comes before the pixels
    for segment in object.segments { print(segment.number, segment.summary) }
    let labels = try object.labelMap()
    let masks = try object.masks()  // [segments, I, J, K]

    let reference = try DICOMReference(contentsOf: folder)
    let liver = DICOMSegment(number: 1, name: "Liver")
    try DICOMSegmentation.write(labels, of: reference, to: url, .init(segments: [liver]))
    try DICOMStructureSet.write(labels, of: reference, to: url)
    print(masks.channels)
  }

  static func identity(of folder: URL) throws {
    let check = try DICOMIdentityCheck(contentsOf: folder)
    if check.isIdentifying { for line in check.lines { print(line.name, line.text) } }
  }

  static func anyDataSet(_ url: URL) throws {
    let data = try DICOMDataSet(contentsOf: url)
    let thickness = data.number(DICOMTag(0x0018, 0x0050))
    for item in data.items(DICOMTag(0x0008, 0x1115)) { print(item.text(DICOMTag(0x0020, 0x000e)) ?? "") }
    print(thickness ?? 0)
  }
}
