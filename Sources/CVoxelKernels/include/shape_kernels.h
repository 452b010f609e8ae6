// Morphology, distances and components of masks and label maps.
#ifndef VOXEL_SHAPE_KERNELS_H
#define VOXEL_SHAPE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// One slice of an erosion or dilation of a 0/1 mask by the cross (6 neighbours), the cross with edges (18) or
// the cube (26); 4 is the cross within the slice. `outside` (0 or 1) stands beyond the volume. Scratch: 2 ·
// (nx + 64) bytes.
void vk_erode_u8(const uint8_t *mask, uint8_t *out, const int64_t size[3], int64_t k, int32_t neighbours,
                 uint8_t outside, uint8_t *scratch);
void vk_dilate_u8(const uint8_t *mask, uint8_t *out, const int64_t size[3], int64_t k, int32_t neighbours,
                  uint8_t outside, uint8_t *scratch);

// out = 1 where the label is the given one.
void vk_equal_u16(const uint16_t *labels, int64_t count, uint16_t label, uint8_t *out);
// The same for a box of a label map.
void vk_equal_box_u16(const uint16_t *labels, const int64_t size[3], const int64_t lower[3],
                      const int64_t box[3], int64_t k, uint16_t label, uint8_t *out);
// inner ← mask & !inner
void vk_remove_inner_u8(const uint8_t *mask, uint8_t *inner, int64_t count);
uint16_t vk_maximum_u16(const uint16_t *labels, int64_t count);

// Indices of set voxels, in memory order; returns how many. `out` has room for them, `first` is added.
int64_t vk_count_set_u8(const uint8_t *mask, int64_t count);
int64_t vk_collect_set_u8(const uint8_t *mask, int64_t count, int32_t first, int32_t *out);

// Squared distance along each row to the nearest set voxel, infinite in rows without one. `nearest`, where
// given, gets the index of that voxel (counted from `first`), the lower of two.
void vk_distance_rows(const uint8_t *mask, int64_t nx, int64_t rows, float spacing, float *out, int64_t first,
                      int32_t *nearest);
// out[y] = min over y' of in[y'] + (spacing · (y − y'))², for `lanes` (at most 16) neighbouring lines; in and
// out may be the same memory. The nearest indices follow the winner; of two the nearer, then the lower along
// this axis. Scratch: 32 · length floats.
void vk_distance_lines(const float *in, float *out, int64_t lanes, int64_t length, int64_t stride,
                       float spacing, int32_t *nearest, float *scratch);
void vk_square_root_f32(float *data, int64_t count);
// Exact distances in double at some voxels, from the squared distances along rows and within slices.
void vk_distance_query(const float *rows, const float *slices, const int64_t size[3], const double spacing[3],
                       const int32_t *points, int64_t count, double *out);

// A piece of a row of one value.
typedef struct vk_run {
  int32_t start, end; // half open
  uint16_t value;
} vk_run;

// The runs of values other than 0 in one row (with `invert`, of 0, as value 1). Returns how many there are; a
// NULL `out` only counts.
int64_t vk_runs_u8(const uint8_t *row, int64_t nx, int32_t invert, vk_run *out);
int64_t vk_runs_u16(const uint16_t *row, int64_t nx, vk_run *out);
// Unites the runs of two rows that touch: those that overlap when grown by `reach` (0 or 1), of equal value.
void vk_unite_rows(const vk_run *runs, int64_t a, int64_t a_end, int64_t b, int64_t b_end, int32_t reach,
                   uint32_t *parent);
uint32_t vk_find(uint32_t *parent, uint32_t run);

// One pass over two label maps: pairs of labels with their numbers of voxels, and each label's box.
// `joint[rank[a] · classes + rank[b]]` counts. `boxes` holds for
// each rank lower i, j, upper i, j of its voxels in either map, grown by this slice; label 0 has none.
void vk_joint_counts(const uint16_t *a, const uint16_t *b, const uint16_t *rank, int64_t nx, int64_t ny,
                     int64_t classes, int64_t *joint, int32_t *boxes);

#ifdef __cplusplus
}
#endif

#endif
