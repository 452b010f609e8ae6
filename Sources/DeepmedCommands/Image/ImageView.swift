public import ArgumentParser
import Foundation
public import MedImage
import MedVoxel

extension Deepmed.Image {
  /// Slices in three planes, as a PNG.
  public struct View: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Draw slices in three planes as a PNG, with labels over them.",
      discussion: """
        Radiological convention: the patient's right is on the left of axial and coronal slices; sagittal ones \
        face left. Pixels are square in millimeters.
        """)

    @OptionGroup public var source: Source

    @Option(help: "A label map on the same grid, drawn in colors.", completion: .file(), transform: filePath)
    public var overlay: String?

    @Option(
      name: [.short, .long], help: "The PNG to write; without it the picture goes to the terminal.",
      completion: .file(extensions: ["png"]), transform: filePath)
    public var output: String?

    @Option(help: "Slices of each plane.")
    public var columns = 4

    @Option(help: "axial, coronal or sagittal; all three by default.")
    public var plane: AnatomicalPlane?

    @Option(help: "The channel to draw, from 0.")
    public var channel = 0

    @Option(
      parsing: .unconditional,
      help: "Intensities of black and white, such as -160,240; found from percentiles by default.")
    public var window: String?

    @Option(help: "The height of a slice in pixels.")
    public var height = 256

    public init() {}

    public func validate() throws {
      guard (1...64).contains(columns) else { throw ValidationError("--columns goes from 1 to 64") }
      guard (16...4096).contains(height) else { throw ValidationError("--height goes from 16 to 4096") }
      guard window == nil || range != nil else {
        throw ValidationError("--window expects two numbers, the smaller first, such as -160,240")
      }
      guard output == nil || output?.lowercased().hasSuffix(".png") == true else {
        throw ValidationError("the output's name must end in .png")
      }
    }

    private var range: ClosedRange<Float>? {
      let parts = (window ?? "").split(separator: ",").map { Float(String($0)) }
      guard parts.count == 2, let low = parts[0], let high = parts[1], low < high else { return nil }
      return low...high
    }

    public func run() throws {
      if output == nil, Terminal.pictureColumns == nil {
        throw ImageError(
          "the terminal can't show pictures", remedy: "name a file with -o montage.png", cause: .usage)
      }
      // A whole slide is shown small, in its own colors.
      if overlay == nil, plane == nil, window == nil, let slide = try source.slide() {
        let small = try slide.thumbnail(fitting: max(1024, height))
        if small.header.components != .scalar { return try show(Bitmap(small)) }
      }
      let image = try source.open().scalarImage()
      let labels = try overlay.map { try LabelMap(contentsOf: URL(fileURLWithPath: $0)) }
      let planes = plane.map { [$0] } ?? AnatomicalPlane.allCases
      let montage = try SlicePicture.montage(
        of: image, overlay: labels, planes: planes, columns: columns, window: range, channel: channel,
        height: height)
      try show(montage)
    }

    private func show(_ montage: Bitmap) throws {
      if let output {
        try PNG.write(montage, to: URL(fileURLWithPath: output))
        print("\(output): \(montage.width)×\(montage.height) pixels")
      } else if let columns = Terminal.pictureColumns {
        print(TerminalPicture.text(montage, columns: columns))
      }
    }
  }
}

extension AnatomicalPlane: ExpressibleByArgument {}
