/// Which voxels are neighbors.
public enum Connectivity: Int, Codable, Hashable, Sendable, CaseIterable {
  /// Across faces: 6 neighbors.
  case faces = 6
  /// Across faces and edges: 18 neighbors.
  case edges = 18
  /// Across faces, edges and corners: 26 neighbors.
  case corners = 26

  /// How far two rows' runs may lie apart along x to touch, for rows `moves` steps apart; nil when they can't.
  func reach(moves: Int) -> Int32? {
    switch self {
    case .faces: moves <= 1 ? 0 : nil
    case .edges: moves == 1 ? 1 : 0
    case .corners: 1
    }
  }
}
