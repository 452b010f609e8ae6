public import MedVoxel

/// Sizes that catch mistakes: odd, one voxel, flat, a single row.
public let awkwardSizes: [GridSize] = [[1, 1, 1], [5, 1, 1], [4, 7, 1], [3, 4, 5], [17, 9, 6]]
