// The nearest voxel at arbitrary positions.
#include "warp_positions.h"

static VK_INLINE void nearest_axis(const double *c, int n, int64_t size, int boundary, int half_up,
                                   int32_t *restrict out) {
  const int32_t last = (int32_t)size - 1;
  for (int v = 0; v < n; v++) {
    double at = fold(c[v], (double)size, boundary);
    int32_t i = (int32_t)(half_up ? floor(at + 0.5) : rint(at));
    if (boundary == VK_CONSTANT)
      out[v] = i < 0 || i > last ? -1 : i;
    else
      out[v] = i < 0 ? 0 : i > last ? last : i;
  }
}

#define FETCH(TYPE)                                                                                          \
  do {                                                                                                       \
    const TYPE *restrict in = (const TYPE *)job->input + c * volume;                                         \
    TYPE *restrict out = (TYPE *)job->output + at;                                                           \
    const TYPE outside = *(const TYPE *)fill;                                                                \
    for (int v = 0; v < n; v++)                                                                              \
      out[v] = offset[v] < 0 ? outside : in[offset[v]];                                                      \
  } while (0)

VK_MULTIVERSION
void vk_warp_nearest(const vk_warp *job, int64_t unit, int32_t bytes, const void *fill, float *scratch) {
  const int64_t nx = job->output_size[0], ny = job->output_size[1], nz = job->output_size[2];
  const int64_t *size = job->input_size, plane = size[0] * size[1], volume = plane * size[2];
  positions p;
  int32_t x[BLOCK], y[BLOCK], z[BLOCK];
  int64_t offset[BLOCK];
  const tile box = tile_of(job, unit, scratch);
  for (int64_t i = 0; i < nx; i += BLOCK)
    for (int64_t row = 0; row < box.rows; row++) {
      const int64_t j = box.j0 + row % box.nj, k = box.k0 + row / box.nj;
      const int n = (int)(nx - i < BLOCK ? nx - i : BLOCK);
      locate(job, i, n, j, k, scratch + row * 3 * job->control_size[0], &p);
      nearest_axis(p.x, n, size[0], job->boundary, job->half_up, x);
      nearest_axis(p.y, n, size[1], job->boundary, job->half_up, y);
      nearest_axis(p.z, n, size[2], job->boundary, job->half_up, z);
      for (int v = 0; v < n; v++)
        offset[v] = (x[v] | y[v] | z[v]) < 0 ? -1 : x[v] + size[0] * y[v] + plane * z[v];
      for (int64_t c = 0; c < job->channels; c++) {
        int64_t at = i + nx * (j + ny * (k + nz * c));
        switch (bytes) {
        case 1:
          FETCH(uint8_t);
          break;
        case 2:
          FETCH(uint16_t);
          break;
        case 4:
          FETCH(uint32_t);
          break;
        default:
          FETCH(uint64_t);
        }
      }
    }
}
