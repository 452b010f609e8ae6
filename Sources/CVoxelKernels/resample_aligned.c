// Resampling along the input's axes: lines are blended first, then gathered along the line.
#include "dispatch.h"
#include "resample_kernels.h"
#include <string.h>

#define TILE 16

// The input axis whose samples lie next to each other in the output, and the remaining one. When it is the
// line itself, tiles run along the second axis.
static int tile_axis(const vk_aligned *job) {
  if (job->output_stride[0] == 1 || job->output_stride[1] == 1)
    return 1;
  return 2;
}

int64_t vk_aligned_units(const vk_aligned *job) {
  int q = tile_axis(job);
  return (job->count[q] + TILE - 1) / TILE * job->count[3 - q];
}

int64_t vk_aligned_scratch(const vk_aligned *job) {
  return job->input_size[0] + 16 + TILE * (job->count[0] + 16);
}

// line[x] = Σ weights · lines.
static VK_INLINE void blend(float *restrict line, const float *const *lines, const float *weights, int count,
                            int64_t n) {
  if (count == 0) {
    memset(line, 0, (size_t)n * sizeof(float));
    return;
  }
  if (count == 4) {
    const float *restrict a = lines[0], *restrict b = lines[1], *restrict c = lines[2],
                          *restrict d = lines[3];
    float wa = weights[0], wb = weights[1], wc = weights[2], wd = weights[3];
    for (int64_t x = 0; x < n; x++)
      line[x] = wa * a[x] + wb * b[x] + (wc * c[x] + wd * d[x]);
    return;
  }
  if (count == 2) {
    const float *restrict a = lines[0], *restrict b = lines[1];
    float wa = weights[0], wb = weights[1];
    for (int64_t x = 0; x < n; x++)
      line[x] = wa * a[x] + wb * b[x];
    return;
  }
  {
    const float *restrict a = lines[0];
    float wa = weights[0];
    for (int64_t x = 0; x < n; x++)
      line[x] = wa * a[x];
  }
  for (int t = 1; t < count; t++) {
    const float *restrict a = lines[t];
    float wa = weights[t];
    for (int64_t x = 0; x < n; x++)
      line[x] += wa * a[x];
  }
}

static VK_INLINE void row_f32(const vk_aligned *job, int64_t y, int64_t z, float *restrict out,
                              float *restrict line) {
  const int taps = job->taps;
  const int64_t nx = job->input_size[0], ny = job->input_size[1], n = job->count[0];
  const float *lines[16];
  float weights[16];
  int used = 0;
  float total = 0;
  for (int u = 0; u < taps; u++)
    for (int t = 0; t < taps; t++) {
      float w = job->weight[2][u * job->count[2] + z] * job->weight[1][t * job->count[1] + y];
      if (w == 0)
        continue;
      int64_t iz = job->index[2][u * job->count[2] + z], iy = job->index[1][t * job->count[1] + y];
      lines[used] = (const float *)job->input + nx * (iy + ny * iz);
      weights[used++] = w;
      total += w;
    }
  const float *source = line;
  if (used == 1 && weights[0] == 1)
    source = lines[0];
  else
    blend(line, lines, weights, used, nx);
  const int32_t *restrict index = job->index[0];
  const float *restrict weight = job->weight[0];
  const float c = job->constant;
  if (taps == 2) {
    if (c == 0)
      for (int64_t i = 0; i < n; i++)
        out[i] = weight[i] * source[index[i]] + weight[n + i] * source[index[n + i]];
    else
      for (int64_t i = 0; i < n; i++)
        out[i] = weight[i] * source[index[i]] + weight[n + i] * source[index[n + i]] +
                 c * (1 - total * (weight[i] + weight[n + i]));
  } else {
    for (int64_t i = 0; i < n; i++) {
      float sum = 0, inside = 0;
      for (int t = 0; t < taps; t++) {
        sum += weight[t * n + i] * source[index[t * n + i]];
        inside += weight[t * n + i];
      }
      out[i] = c == 0 ? sum : sum + c * (1 - total * inside);
    }
  }
}

VK_MULTIVERSION
void vk_aligned_f32(const vk_aligned *job, int64_t first, int64_t last, float *scratch) {
  const int q = tile_axis(job), other = 3 - q;
  const int64_t tiles = (job->count[q] + TILE - 1) / TILE, n = job->count[0];
  const int direct = job->output_stride[0] == 1;
  float *line = scratch, *tile = scratch + ((job->input_size[0] + 15) & ~(int64_t)15);
  for (int64_t unit = first; unit < last; unit++) {
    int64_t at[3] = {0, 0, 0};
    at[other] = unit / tiles;
    const int64_t start = unit % tiles * TILE;
    const int64_t rows = job->count[q] - start < TILE ? job->count[q] - start : TILE;
    for (int64_t r = 0; r < rows; r++) {
      at[q] = start + r;
      float *out = direct
                       ? (float *)job->output + at[1] * job->output_stride[1] + at[2] * job->output_stride[2]
                       : tile + r * n;
      row_f32(job, at[1], at[2], out, line);
    }
    if (direct)
      continue;
    float *base = (float *)job->output + at[other] * job->output_stride[other] + start;
    if (rows == TILE)
      for (int64_t x = 0; x < n; x++) {
        float *restrict to = base + x * job->output_stride[0];
        for (int r = 0; r < TILE; r++)
          to[r] = tile[r * n + x];
      }
    else
      for (int64_t x = 0; x < n; x++)
        for (int64_t r = 0; r < rows; r++)
          base[x * job->output_stride[0] + r] = tile[r * n + x];
  }
}

#define COPY(NAME, TYPE)                                                                                     \
  static VK_INLINE void NAME(const vk_aligned *job, int64_t first, int64_t last, TYPE fill, TYPE *tile) {    \
    const int q = tile_axis(job), other = 3 - q;                                                             \
    const int64_t tiles = (job->count[q] + TILE - 1) / TILE, n = job->count[0];                              \
    const int direct = job->output_stride[0] == 1;                                                           \
    const int32_t *restrict index = job->index[0];                                                           \
    for (int64_t unit = first; unit < last; unit++) {                                                        \
      int64_t at[3] = {0, 0, 0};                                                                             \
      at[other] = unit / tiles;                                                                              \
      const int64_t start = unit % tiles * TILE;                                                             \
      const int64_t rows = job->count[q] - start < TILE ? job->count[q] - start : TILE;                      \
      for (int64_t r = 0; r < rows; r++) {                                                                   \
        at[q] = start + r;                                                                                   \
        const int64_t iy = job->index[1][at[1]], iz = job->index[2][at[2]];                                  \
        TYPE *restrict out =                                                                                 \
            direct ? (TYPE *)job->output + at[1] * job->output_stride[1] + at[2] * job->output_stride[2]     \
                   : tile + r * n;                                                                           \
        if (iy < 0 || iz < 0) {                                                                              \
          for (int64_t i = 0; i < n; i++)                                                                    \
            out[i] = fill;                                                                                   \
          continue;                                                                                          \
        }                                                                                                    \
        const TYPE *restrict source =                                                                        \
            (const TYPE *)job->input + job->input_size[0] * (iy + job->input_size[1] * iz);                  \
        if (job->x_step == 1) {                                                                              \
          memcpy(out, source + index[0], (size_t)n * sizeof(TYPE));                                          \
        } else if (job->x_step == -1) {                                                                      \
          const TYPE *end = source + index[0];                                                               \
          for (int64_t i = 0; i < n; i++)                                                                    \
            out[i] = end[-i];                                                                                \
        } else {                                                                                             \
          for (int64_t i = 0; i < n; i++)                                                                    \
            out[i] = index[i] < 0 ? fill : source[index[i]];                                                 \
        }                                                                                                    \
      }                                                                                                      \
      if (direct)                                                                                            \
        continue;                                                                                            \
      TYPE *base = (TYPE *)job->output + at[other] * job->output_stride[other] + start;                      \
      if (rows == TILE)                                                                                      \
        for (int64_t x = 0; x < n; x++) {                                                                    \
          TYPE *restrict to = base + x * job->output_stride[0];                                              \
          for (int r = 0; r < TILE; r++)                                                                     \
            to[r] = tile[r * n + x];                                                                         \
        }                                                                                                    \
      else                                                                                                   \
        for (int64_t x = 0; x < n; x++)                                                                      \
          for (int64_t r = 0; r < rows; r++)                                                                 \
            base[x * job->output_stride[0] + r] = tile[r * n + x];                                           \
    }                                                                                                        \
  }

COPY(copy_8, uint8_t)
COPY(copy_16, uint16_t)
COPY(copy_32, uint32_t)
COPY(copy_64, uint64_t)

VK_MULTIVERSION
void vk_aligned_copy(const vk_aligned *job, int64_t first, int64_t last, int32_t bytes, const void *fill,
                     void *scratch) {
  switch (bytes) {
  case 1:
    copy_8(job, first, last, *(const uint8_t *)fill, scratch);
    break;
  case 2:
    copy_16(job, first, last, *(const uint16_t *)fill, scratch);
    break;
  case 4:
    copy_32(job, first, last, *(const uint32_t *)fill, scratch);
    break;
  default:
    copy_64(job, first, last, *(const uint64_t *)fill, scratch);
  }
}
