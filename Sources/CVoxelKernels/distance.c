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

// Lines side by side; lanes beyond the last line are zero and never ask for a search.
static VK_INLINE void gather(const float *in, int64_t lanes, int64_t length, int64_t stride, float *value) {
  for (int64_t y = 0; y < length; y++) {
    if (lanes < LANES)
      memset(value + y * LANES, 0, LANES * sizeof(float));
    memcpy(value + y * LANES, in + y * stride, (size_t)lanes * sizeof(float));
  }
}

#define NEARER(BEST, Y, COST)                                                                                \
  do {                                                                                                       \
    v16 other;                                                                                               \
    memcpy(&other, value + (Y)*LANES, sizeof other);                                                         \
    other += (COST);                                                                                         \
    BEST = other < BEST ? other : BEST;                                                                      \
  } while (0)

// Whether any line has a finite value; without one there is nothing to search for.
static VK_INLINE int any_finite(const float *value, int64_t lanes, int64_t length) {
  int found = 0;
  for (int64_t y = 0; y < length && !found; y++)
    for (int64_t v = 0; v < lanes; v++)
      found |= value[y * LANES + v] < INFINITY;
  return found;
}

// Both sides keep a minimum of their own, and four steps are taken between looks at whether any lane is open.
static VK_INLINE void lines(const float *in, float *out, int64_t lanes, int64_t length, int64_t stride,
                            float spacing, float *value) {
  gather(in, lanes, length, stride, value);
  if (!any_finite(value, lanes, length)) {
    for (int64_t y = 0; y < length && in != out; y++)
      memcpy(out + y * stride, in + y * stride, (size_t)lanes * sizeof(float));
    return;
  }
  for (int64_t y = 0; y < length; y++) {
    const int64_t below = y, above = length - 1 - y;
    const int64_t both = below < above ? below : above, reach = below < above ? above : below;
    const int64_t side = below < above ? 1 : -1;
    v16 low, high;
    memcpy(&low, value + y * LANES, sizeof low);
    high = low;
    for (int64_t d = 1; d <= reach;) {
      const float step = spacing * (float)(int32_t)d, cost = step * step;
      v16 best = low < high ? low : high;
      i16 open = best > cost;
      if (!__builtin_reduce_or(open))
        break;
      float costs[4];
      for (int u = 0; u < 4; u++) {
        const float s = spacing * (float)((int32_t)d + u);
        costs[u] = s * s;
      }
      if (d + 3 <= both) {
        for (int u = 0; u < 4; u++) {
          NEARER(low, y - d - u, costs[u]);
          NEARER(high, y + d + u, costs[u]);
        }
        d += 4;
      } else if (d > both && d + 3 <= reach) {
        for (int u = 0; u < 4; u += 2) {
          NEARER(low, y + side * (d + u), costs[u]);
          NEARER(high, y + side * (d + u + 1), costs[u + 1]);
        }
        d += 4;
      } else {
        if (d <= below)
          NEARER(low, y - d, cost);
        if (d <= above)
          NEARER(high, y + d, cost);
        d++;
      }
    }
    low = low < high ? low : high;
    memcpy(out + y * stride, &low, (size_t)lanes * sizeof(float));
  }
}

// The same, with the winner's index.
static VK_INLINE void lines_nearest(const float *in, float *out, int64_t lanes, int64_t length,
                                    int64_t stride, float spacing, int32_t *nearest, float *value) {
  int32_t *index = (int32_t *)(value + LANES * length);
  gather(in, lanes, length, stride, value);
  if (!any_finite(value, lanes, length)) {
    for (int64_t y = 0; y < length && in != out; y++)
      memcpy(out + y * stride, in + y * stride, (size_t)lanes * sizeof(float));
    return;
  }
  gather((const float *)nearest, lanes, length, stride, (float *)index);
  for (int64_t y = 0; y < length; y++) {
    v16 best;
    i16 winner;
    memcpy(&best, value + y * LANES, sizeof best);
    memcpy(&winner, index + y * LANES, sizeof winner);
    for (int64_t d = 1; d < length; d++) {
      const float step = spacing * (float)(int32_t)d, cost = step * step;
      i16 open = best > cost;
      if (!__builtin_reduce_or(open) || (y - d < 0 && y + d >= length))
        break;
      for (int side = 0; side < 2; side++) {
        const int64_t at = side ? y + d : y - d;
        if (at < 0 || at >= length)
          continue;
        v16 other;
        i16 candidate;
        memcpy(&other, value + at * LANES, sizeof other);
        memcpy(&candidate, index + at * LANES, sizeof candidate);
        other += cost;
        i16 nearer = other < best;
        winner = (nearer & candidate) | (~nearer & winner);
        best = nearer ? other : best;
      }
    }
    memcpy(out + y * stride, &best, (size_t)lanes * sizeof(float));
    memcpy(nearest + y * stride, &winner, (size_t)lanes * sizeof(int32_t));
  }
}

VK_MULTIVERSION
void vk_distance_lines(const float *in, float *out, int64_t lanes, int64_t length, int64_t stride,
                       float spacing, int32_t *nearest, float *scratch) {
  if (nearest)
    lines_nearest(in, out, lanes, length, stride, spacing, nearest, scratch);
  else
    lines(in, out, lanes, length, stride, spacing, scratch);
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
