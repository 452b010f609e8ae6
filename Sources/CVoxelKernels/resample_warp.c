// Resampling at arbitrary positions: an affine map, with a displacement field or without.
#include "dispatch.h"
#include "resample_kernels.h"
#include <math.h>
#include <string.h>

// Work goes in boxes of 64 × 16 × 16 output voxels, so that what an oblique map touches stays in cache.
#define BLOCK 64
#define ROWS 16

int64_t vk_warp_units(const vk_warp *job) {
  return ((job->output_size[1] + ROWS - 1) / ROWS) * ((job->output_size[2] + ROWS - 1) / ROWS);
}

int64_t vk_warp_scratch(const vk_warp *job) {
  return job->control_taps ? ROWS * ROWS * 3 * job->control_size[0] : 0;
}

typedef struct {
  double x[BLOCK], y[BLOCK], z[BLOCK];
} positions;

// Control lines of one output row: three components of control_size[0] values each.
static VK_INLINE void control_rows(const vk_warp *job, int64_t j, int64_t k, float *rows) {
  const int taps = job->control_taps;
  const int64_t gx = job->control_size[0], gy = job->control_size[1], gz = job->control_size[2];
  const int64_t ny = job->output_size[1], nz = job->output_size[2];
  for (int c = 0; c < 3; c++) {
    float *restrict row = rows + c * gx;
    for (int64_t x = 0; x < gx; x++)
      row[x] = 0;
    for (int u = 0; u < taps; u++)
      for (int t = 0; t < taps; t++) {
        float w = job->control_weight[2][u * nz + k] * job->control_weight[1][t * ny + j];
        int64_t iz = job->control_index[2][u * nz + k], iy = job->control_index[1][t * ny + j];
        const float *restrict from = job->displacement + gx * (iy + gy * (iz + gz * c));
        for (int64_t x = 0; x < gx; x++)
          row[x] += w * from[x];
      }
  }
}

static VK_INLINE void expand(const vk_warp *job, const float *restrict row, int64_t i0, int n,
                             float *restrict out) {
  const int64_t nx = job->output_size[0];
  const int32_t *restrict index = job->control_index[0] + i0;
  const float *restrict weight = job->control_weight[0] + i0;
  if (job->control_taps == 4)
    for (int v = 0; v < n; v++)
      out[v] = weight[v] * row[index[v]] + weight[nx + v] * row[index[nx + v]] +
               weight[2 * nx + v] * row[index[2 * nx + v]] + weight[3 * nx + v] * row[index[3 * nx + v]];
  else
    for (int v = 0; v < n; v++)
      out[v] = weight[v] * row[index[v]] + weight[nx + v] * row[index[nx + v]];
}

static VK_INLINE void locate(const vk_warp *job, int64_t i0, int n, int64_t j, int64_t k, const float *rows,
                             positions *p) {
  const double *m = job->matrix;
  const double bx = m[1] * j + m[2] * k + m[3], by = m[5] * j + m[6] * k + m[7],
               bz = m[9] * j + m[10] * k + m[11];
  if (!job->displacement) {
    for (int v = 0; v < n; v++) {
      double i = (double)((int32_t)i0 + v);
      p->x[v] = m[0] * i + bx;
      p->y[v] = m[4] * i + by;
      p->z[v] = m[8] * i + bz;
    }
    return;
  }
  float local[3 * BLOCK];
  const float *dx, *dy, *dz;
  if (job->control_taps) {
    for (int c = 0; c < 3; c++)
      expand(job, rows + c * job->control_size[0], i0, n, local + c * BLOCK);
    dx = local;
    dy = local + BLOCK;
    dz = local + 2 * BLOCK;
  } else {
    int64_t plane = job->output_size[0] * job->output_size[1] * job->output_size[2];
    dx = job->displacement + i0 + job->output_size[0] * (j + job->output_size[1] * k);
    dy = dx + plane;
    dz = dy + plane;
  }
  for (int v = 0; v < n; v++) {
    double i = (double)((int32_t)i0 + v) + dx[v], a = dy[v], b = dz[v];
    p->x[v] = m[0] * i + m[1] * a + m[2] * b + bx;
    p->y[v] = m[4] * i + m[5] * a + m[6] * b + by;
    p->z[v] = m[8] * i + m[9] * a + m[10] * b + bz;
  }
}

// Whether every position has all its neighbours from `low` to `high` voxels away inside.
static VK_INLINE int all_inside(const positions *p, int n, const int64_t size[3], double low, double high) {
  const double hx = size[0] - high, hy = size[1] - high, hz = size[2] - high;
  int outside = 0;
  for (int v = 0; v < n; v++)
    outside |= !(p->x[v] >= low) | !(p->x[v] < hx) | !(p->y[v] >= low) | !(p->y[v] < hy) | !(p->z[v] >= low) |
               !(p->z[v] < hz);
  return !outside;
}

// The position folded or clamped into the volume; for VK_CONSTANT at most two voxels outside. NaN goes
// outside or to voxel 0.
static VK_INLINE double fold(double c, double n, int boundary) {
  if (boundary == VK_REFLECTION) {
    c = fabs(c + 0.5);
    c -= floor(c / (2 * n)) * (2 * n);
    c = (c > n ? 2 * n - c : c) - 0.5;
  } else if (boundary == VK_MIRROR) {
    double period = n > 1 ? 2 * (n - 1) : 1;
    c = fabs(c);
    c -= floor(c / period) * period;
    c = c > n - 1 ? period - c : c;
  }
  double low = boundary == VK_CONSTANT ? -2 : 0, high = boundary == VK_CONSTANT ? n + 1 : n - 1;
  c = c > low ? c : low;
  return c < high ? c : high;
}

typedef float v4 __attribute__((vector_size(16)));
typedef float v2 __attribute__((vector_size(8)));

// The positions lie between the first and the last voxel centre. Neighbours along x come in one load, so that
// the first axis needs two voxels; the two other axes may have one.
static VK_INLINE void between_linear(const float *restrict in, const int64_t size[3], const positions *p,
                                     int n, float *restrict out) {
  const int32_t nx = (int32_t)size[0], plane = (int32_t)(size[0] * size[1]);
  const int32_t lx = nx - 2, ly = size[1] > 1 ? (int32_t)size[1] - 2 : 0,
                lz = size[2] > 1 ? (int32_t)size[2] - 2 : 0;
  const int32_t sy = size[1] > 1 ? nx : 0, sz = size[2] > 1 ? plane : 0;
  int32_t offset[BLOCK];
  float fx[BLOCK], fy[BLOCK], fz[BLOCK];
  v2 pairs[BLOCK];
  for (int v = 0; v < n; v++) {
    int32_t x = (int32_t)p->x[v], y = (int32_t)p->y[v], z = (int32_t)p->z[v];
    x = x < lx ? x : lx;
    y = y < ly ? y : ly;
    z = z < lz ? z : lz;
    fx[v] = (float)(p->x[v] - x);
    fy[v] = (float)(p->y[v] - y);
    fz[v] = (float)(p->z[v] - z);
    offset[v] = x + nx * y + plane * z;
  }
  for (int v = 0; v < n; v++) {
    const float *at = in + offset[v];
    v2 a, b, c, d;
    memcpy(&a, at, 8);
    memcpy(&b, at + sy, 8);
    memcpy(&c, at + sz, 8);
    memcpy(&d, at + sy + sz, 8);
    v4 low = __builtin_shufflevector(a, b, 0, 1, 2, 3), high = __builtin_shufflevector(c, d, 0, 1, 2, 3);
    low += fz[v] * (high - low);
    v2 first = __builtin_shufflevector(low, low, 0, 1), second = __builtin_shufflevector(low, low, 2, 3);
    pairs[v] = first + fy[v] * (second - first);
  }
  const float *restrict flat = (const float *)pairs;
  for (int v = 0; v < n; v++)
    out[v] = flat[2 * v] + fx[v] * (flat[2 * v + 1] - flat[2 * v]);
}

typedef struct {
  int32_t i0[BLOCK], i1[BLOCK];
  float w0[BLOCK], w1[BLOCK];
} pair;

static VK_INLINE void fold_axis(double *c, int n, double size, int boundary) {
  for (int v = 0; v < n; v++)
    c[v] = fold(c[v], size, boundary);
}

static VK_INLINE void fold_all(positions *p, int n, const int64_t size[3], int boundary) {
  double *c[3] = {p->x, p->y, p->z};
  for (int axis = 0; axis < 3; axis++)
    if (boundary == VK_BORDER)
      fold_axis(c[axis], n, (double)size[axis], VK_BORDER);
    else if (boundary == VK_REFLECTION)
      fold_axis(c[axis], n, (double)size[axis], VK_REFLECTION);
    else
      fold_axis(c[axis], n, (double)size[axis], VK_MIRROR);
}

// Whether no position has a neighbour inside.
static VK_INLINE int all_outside(const positions *p, int n, const int64_t size[3]) {
  const double hx = (double)size[0], hy = (double)size[1], hz = (double)size[2];
  int inside = 0;
  for (int v = 0; v < n; v++)
    inside |=
        (p->x[v] > -1) & (p->x[v] < hx) & (p->y[v] > -1) & (p->y[v] < hy) & (p->z[v] > -1) & (p->z[v] < hz);
  return !inside;
}

static VK_INLINE void split(const double *c, int n, int64_t size, int boundary, pair *out) {
  const double s = (double)size;
  const int32_t last = (int32_t)size - 1;
  for (int v = 0; v < n; v++) {
    double at = fold(c[v], s, boundary), low = floor(at);
    int32_t i = (int32_t)low, j = i + 1;
    float f = (float)(at - low);
    out->w0[v] = boundary == VK_CONSTANT && (i < 0 || i > last) ? 0 : 1 - f;
    out->w1[v] = boundary == VK_CONSTANT && (j < 0 || j > last) ? 0 : f;
    i = i < 0 ? 0 : i;
    j = j < 0 ? 0 : j;
    out->i0[v] = i > last ? last : i;
    out->i1[v] = j > last ? last : j;
  }
}

static VK_INLINE void edge_linear(const float *restrict in, const vk_warp *job, const pair *px,
                                  const pair *py, const pair *pz, int n, float *restrict out) {
  const int64_t nx = job->input_size[0], nxy = nx * job->input_size[1];
  const float c = job->boundary == VK_CONSTANT ? job->constant : 0;
  for (int v = 0; v < n; v++) {
    int64_t y0 = nx * py->i0[v], y1 = nx * py->i1[v], z0 = nxy * pz->i0[v], z1 = nxy * pz->i1[v];
    int32_t x0 = px->i0[v], x1 = px->i1[v];
    float wx0 = px->w0[v], wx1 = px->w1[v], wy0 = py->w0[v], wy1 = py->w1[v], wz0 = pz->w0[v],
          wz1 = pz->w1[v];
    float sum = wz0 * (wy0 * (wx0 * in[z0 + y0 + x0] + wx1 * in[z0 + y0 + x1]) +
                       wy1 * (wx0 * in[z0 + y1 + x0] + wx1 * in[z0 + y1 + x1])) +
                wz1 * (wy0 * (wx0 * in[z1 + y0 + x0] + wx1 * in[z1 + y0 + x1]) +
                       wy1 * (wx0 * in[z1 + y1 + x0] + wx1 * in[z1 + y1 + x1]));
    out[v] = c == 0 ? sum : sum + c * (1 - (wx0 + wx1) * (wy0 + wy1) * (wz0 + wz1));
  }
}

static VK_INLINE void split_by(int boundary, const positions *p, int n, const int64_t size[3], pair out[3]) {
  const double *c[3] = {p->x, p->y, p->z};
  for (int axis = 0; axis < 3; axis++)
    switch (boundary) {
    case VK_CONSTANT:
      split(c[axis], n, size[axis], VK_CONSTANT, out + axis);
      break;
    case VK_BORDER:
      split(c[axis], n, size[axis], VK_BORDER, out + axis);
      break;
    case VK_REFLECTION:
      split(c[axis], n, size[axis], VK_REFLECTION, out + axis);
      break;
    default:
      split(c[axis], n, size[axis], VK_MIRROR, out + axis);
    }
}

typedef struct {
  int64_t j0, k0, nj, rows;
} tile;

static VK_INLINE tile tile_of(const vk_warp *job, int64_t unit, float *scratch) {
  const int64_t ny = job->output_size[1], nz = job->output_size[2], across = (ny + ROWS - 1) / ROWS;
  tile t = {unit % across * ROWS, unit / across * ROWS, 0, 0};
  t.nj = ny - t.j0 < ROWS ? ny - t.j0 : ROWS;
  t.rows = t.nj * (nz - t.k0 < ROWS ? nz - t.k0 : ROWS);
  if (job->control_taps)
    for (int64_t row = 0; row < t.rows; row++)
      control_rows(job, t.j0 + row % t.nj, t.k0 + row / t.nj, scratch + row * 3 * job->control_size[0]);
  return t;
}

VK_MULTIVERSION
void vk_warp_linear_f32(const vk_warp *job, int64_t unit, float *scratch) {
  const int64_t nx = job->output_size[0], ny = job->output_size[1], nz = job->output_size[2];
  const int64_t plane = job->input_size[0] * job->input_size[1], volume = plane * job->input_size[2];
  const int narrow = volume < INT32_MAX && job->input_size[0] > 1;
  positions p;
  pair pairs[3];
  const tile box = tile_of(job, unit, scratch);
  for (int64_t i = 0; i < nx; i += BLOCK)
    for (int64_t row = 0; row < box.rows; row++) {
      const int64_t j = box.j0 + row % box.nj, k = box.k0 + row / box.nj;
      const int n = (int)(nx - i < BLOCK ? nx - i : BLOCK);
      locate(job, i, n, j, k, scratch + row * 3 * job->control_size[0], &p);
      int inside = narrow && all_inside(&p, n, job->input_size, 0, 1);
      if (!inside && narrow && job->boundary != VK_CONSTANT) {
        fold_all(&p, n, job->input_size, job->boundary);
        inside = 1;
      }
      const int outside = !inside && job->boundary == VK_CONSTANT && all_outside(&p, n, job->input_size);
      if (!inside && !outside)
        split_by(job->boundary, &p, n, job->input_size, pairs);
      for (int64_t c = 0; c < job->channels; c++) {
        const float *in = (const float *)job->input + c * volume;
        float *out = (float *)job->output + i + nx * (j + ny * (k + nz * c));
        if (inside)
          between_linear(in, job->input_size, &p, n, out);
        else if (outside)
          for (int v = 0; v < n; v++)
            out[v] = job->constant;
        else
          edge_linear(in, job, pairs, pairs + 1, pairs + 2, n, out);
      }
    }
}

static VK_INLINE void spline_weights(double f, float w[4]) {
  double g = 1 - f;
  w[0] = (float)(g * g * g / 6);
  w[1] = (float)((4 - 6 * f * f + 3 * f * f * f) / 6);
  w[2] = (float)((4 - 6 * g * g + 3 * g * g * g) / 6);
  w[3] = (float)(f * f * f / 6);
}

static VK_INLINE int32_t continued(int64_t i, int64_t n, int boundary) {
  if (n == 1)
    return 0;
  if (boundary == VK_REFLECTION) {
    i = i < 0 ? -1 - i : i;
    i %= 2 * n;
    return (int32_t)(i >= n ? 2 * n - 1 - i : i);
  }
  if (boundary == VK_BORDER)
    return (int32_t)(i < 0 ? 0 : i >= n ? n - 1 : i);
  i = i < 0 ? -i : i;
  i %= 2 * (n - 1);
  return (int32_t)(i >= n ? 2 * (n - 1) - i : i);
}

VK_MULTIVERSION
void vk_warp_cubic_f32(const vk_warp *job, int64_t unit, float *scratch) {
  const int64_t nx = job->output_size[0], ny = job->output_size[1], nz = job->output_size[2];
  const int64_t *size = job->input_size, plane = size[0] * size[1], volume = plane * size[2];
  positions p;
  const tile box = tile_of(job, unit, scratch);
  for (int64_t i = 0; i < nx; i += BLOCK)
    for (int64_t row = 0; row < box.rows; row++) {
      const int64_t j = box.j0 + row % box.nj, k = box.k0 + row / box.nj;
      const int n = (int)(nx - i < BLOCK ? nx - i : BLOCK);
      locate(job, i, n, j, k, scratch + row * 3 * job->control_size[0], &p);
      for (int v = 0; v < n; v++) {
        float *out = (float *)job->output + i + v + nx * (j + ny * k);
        double at[3] = {p.x[v], p.y[v], p.z[v]};
        int32_t index[3][4];
        float weight[3][4];
        int outside = 0;
        for (int axis = 0; axis < 3; axis++) {
          if (job->boundary == VK_CONSTANT) {
            outside |= !(at[axis] >= 0 && at[axis] <= (double)(size[axis] - 1));
            at[axis] = fold(at[axis], (double)size[axis], VK_BORDER);
          } else {
            at[axis] = fold(at[axis], (double)size[axis], job->boundary);
          }
          double low = floor(at[axis]);
          spline_weights(at[axis] - low, weight[axis]);
          for (int t = 0; t < 4; t++)
            index[axis][t] = continued((int64_t)low - 1 + t, size[axis], job->boundary);
        }
        for (int64_t c = 0; c < job->channels; c++) {
          if (outside) {
            out[c * nx * ny * nz] = job->constant;
            continue;
          }
          const float *in = (const float *)job->input + c * volume;
          float sum = 0;
          for (int u = 0; u < 4; u++)
            for (int t = 0; t < 4; t++) {
              const float *line = in + plane * index[2][u] + size[0] * index[1][t];
              float s = weight[0][0] * line[index[0][0]] + weight[0][1] * line[index[0][1]] +
                        weight[0][2] * line[index[0][2]] + weight[0][3] * line[index[0][3]];
              sum += weight[2][u] * weight[1][t] * s;
            }
          out[c * nx * ny * nz] = sum;
        }
      }
    }
}

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
