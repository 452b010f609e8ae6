/// A transform of any type, as pipelines hold them.
///
/// In JSON: `{"name": "gaussian-noise", "settings": {…}}`.
public struct AnyTransform: Hashable, Sendable {
  public let base: any Transform

  public init(_ base: any Transform) { self.base = base }

  public var name: String { type(of: base).name }
  public var effect: TransformEffect { type(of: base).effect }

  public static func == (a: AnyTransform, b: AnyTransform) -> Bool { a.hashable == b.hashable }
  public func hash(into hasher: inout Hasher) { hasher.combine(hashable) }
  private var hashable: AnyHashable { AnyHashable(base) }
}

extension AnyTransform: Codable {
  enum Key: String, CodingKey { case name, settings, parameters }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let name = try container.decode(String.self, forKey: .name)
    let type = try decoder.transformLibrary.type(named: name, at: container.codingPath + [Key.name])
    base = try container.decode(type, forKey: .settings)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(base, forKey: .settings)
  }
}
