// Exact Euclidean distances, one axis after the other. Along a row the nearest voxel is known from the rows'
// set voxels; along the other axes 16 lines at a time search outward until nothing nearer can come.
#include "dispatch.h"
#include "shape_kernels.h"
#include <math.h>
#include <string.h>

#define LANES 16
typedef float v16 __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t i16 __attribute__((ext_vector_type(16), aligned(4)));

static VK_INLINE void fill(float *restrict out, int32_t *restrict nearest, int64_t from, int64_t to,
                           int64_t at, float spacing, int32_t index) {
  for (int64_t i = from; i < to; i++) {
    const float d = spacing * (float)(int32_t)(i - at);
    out[i] = d * d;
  }
  if (nearest)
    for (int64_t i = from; i < to; i++)
      nearest[i] = index;
}

VK_MULTIVERSION
void vk_distance_rows(const uint8_t *mask, int64_t nx, int64_t rows, float spacing, float *out, int64_t first,
                      int32_t *nearest) {
  for (int64_t r = 0; r < rows; r++) {
    const uint8_t *row = mask + r * nx;
    float *to = out + r * nx;
    int32_t *index = nearest ? nearest + r * nx : nearest;
    int64_t filled = 0, last = -1;
    for (int64_t i = 0; i < nx;) {
      uint64_t eight;
      if (i + 8 <= nx) {
        memcpy(&eight, row + i, 8);
        if (eight == 0) {
          i += 8;
          continue;
        }
      }
      const int64_t end = i + 8 < nx ? i + 8 : nx;
      for (; i < end; i++) {
        if (!row[i])
          continue;
        // Up to the middle the voxel before is the nearest, from there on this one.
        const int64_t middle = last < 0 ? 0 : (last + i) / 2 + 1;
        if (last >= 0)
          fill(to, index, filled, middle, last, spacing, (int32_t)(first + r * nx + last));
        filled = middle;
        last = i;
      }
    }
    if (last >= 0) {
      fill(to, index, filled, nx, last, spacing, (int32_t)(first + r * nx + last));
    } else {
      for (int64_t i = 0; i < nx; i++)
        to[i] = INFINITY;
      if (index)
        memset(index, 0xFF, (size_t)nx * sizeof(int32_t));
    }
  }
}

static VK_INLINE void lines(const float *in, float *out, int64_t lanes, int64_t length, int64_t stride,
                            float spacing, int32_t *nearest, float *scratch) {
  float *value = scratch;
  int32_t *index = (int32_t *)(scratch + LANES * length);
  for (int64_t y = 0; y < length; y++) {
    for (int v = 0; v < LANES; v++)
      value[y * LANES + v] = INFINITY;
    memcpy(value + y * LANES, in + y * stride, (size_t)lanes * sizeof(float));
    if (nearest)
      memcpy(index + y * LANES, nearest + y * stride, (size_t)lanes * sizeof(int32_t));
  }
  const int full = lanes == LANES;
  for (int64_t y = 0; y < length; y++) {
    v16 best;
    i16 winner = {0};
    memcpy(&best, value + y * LANES, sizeof best);
    if (nearest)
      memcpy(&winner, index + y * LANES, sizeof winner);
    for (int64_t d = 1; d < length; d++) {
      const float step = spacing * (float)(int32_t)d, cost = step * step;
      // Lanes beyond the last line are infinite: they must not keep the search going.
      i16 open = best > cost;
      if (!full)
        for (int v = 0; v < LANES; v++)
          open[v] = v < lanes ? open[v] : 0;
      if (!__builtin_reduce_or(open))
        break;
      if (y - d < 0 && y + d >= length)
        break;
      for (int side = 0; side < 2; side++) {
        const int64_t at = side ? y + d : y - d;
        if (at < 0 || at >= length)
          continue;
        v16 other;
        memcpy(&other, value + at * LANES, sizeof other);
        other += cost;
        i16 nearer = other < best;
        if (nearest) {
          i16 candidate;
          memcpy(&candidate, index + at * LANES, sizeof candidate);
          winner = (nearer & candidate) | (~nearer & winner);
        }
        best = nearer ? other : best;
      }
    }
    memcpy(out + y * stride, &best, (size_t)lanes * sizeof(float));
    if (nearest)
      memcpy(nearest + y * stride, &winner, (size_t)lanes * sizeof(int32_t));
  }
}

VK_MULTIVERSION
void vk_distance_lines(const float *in, float *out, int64_t lanes, int64_t length, int64_t stride,
                       float spacing, int32_t *nearest, float *scratch) {
  if (nearest)
    lines(in, out, lanes, length, stride, spacing, nearest, scratch);
  else
    lines(in, out, lanes, length, stride, spacing, (int32_t *)0, scratch);
}

VK_MULTIVERSION
void vk_square_root_f32(float *restrict data, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    data[i] = sqrtf(data[i]);
}

// The offset along one axis with the least value[at + offset] + cost.
static VK_INLINE int64_t nearest_along(const float *value, int64_t at, int64_t length, int64_t stride,
                                       float spacing) {
  float best = value[0];
  int64_t offset = 0;
  for (int64_t d = 1; d < length; d++) {
    const float step = spacing * (float)(int32_t)d, cost = step * step;
    if (!(best > cost) || (at - d < 0 && at + d >= length))
      break;
    if (at - d >= 0 && value[-d * stride] + cost < best) {
      best = value[-d * stride] + cost;
      offset = -d;
    }
    if (at + d < length && value[d * stride] + cost < best) {
      best = value[d * stride] + cost;
      offset = d;
    }
  }
  return offset;
}

void vk_distance_query(const float *rows, const float *slices, const int64_t size[3], const double spacing[3],
                       const int32_t *points, int64_t count, double *out) {
  const int64_t nx = size[0], ny = size[1], nz = size[2], plane = nx * ny;
  for (int64_t p = 0; p < count; p++) {
    const int64_t at = points[p], y = at / nx % ny, z = at / plane;
    const int64_t dz = nearest_along(slices + at, z, nz, plane, (float)spacing[2]);
    const int64_t there = at + dz * plane;
    const int64_t dy = nearest_along(rows + there, y, ny, nx, (float)spacing[1]);
    const double x = sqrt((double)rows[there + dy * nx]) / (double)(float)spacing[0];
    const double a = rint(x) * spacing[0], b = (double)dy * spacing[1], c = (double)dz * spacing[2];
    out[p] = isfinite(x) ? sqrt(a * a + b * b + c * c) : INFINITY;
  }
}
