// Resampling at arbitrary positions: an affine map, with a displacement field or without.
#include "dispatch.h"
#include "resample_kernels.h"
#include <math.h>
#include <string.h>

#define BLOCK 64

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

static VK_INLINE void inside_linear(const float *restrict in, int32_t nx, int32_t nxy, const positions *p,
                                    int n, float *restrict out) {
  for (int v = 0; v < n; v++) {
    int32_t x = (int32_t)p->x[v], y = (int32_t)p->y[v], z = (int32_t)p->z[v];
    float fx = (float)(p->x[v] - x), fy = (float)(p->y[v] - y), fz = (float)(p->z[v] - z);
    int32_t o = x + nx * y + nxy * z;
    int32_t oy = o + nx, oz = o + nxy, oyz = oy + nxy;
    float a = in[o], b = in[oy], c = in[oz], d = in[oyz];
    a += fx * (in[o + 1] - a);
    b += fx * (in[oy + 1] - b);
    c += fx * (in[oz + 1] - c);
    d += fx * (in[oyz + 1] - d);
    a += fy * (b - a);
    c += fy * (d - c);
    out[v] = a + fz * (c - a);
  }
}

typedef struct {
  int32_t i0[BLOCK], i1[BLOCK];
  float w0[BLOCK], w1[BLOCK];
} pair;

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

VK_MULTIVERSION
void vk_warp_linear_f32(const vk_warp *job, int64_t slice, float *scratch) {
  const int64_t nx = job->output_size[0], ny = job->output_size[1], nz = job->output_size[2];
  const int64_t plane = job->input_size[0] * job->input_size[1], volume = plane * job->input_size[2];
  const int narrow = volume < INT32_MAX;
  positions p;
  pair pairs[3];
  for (int64_t j = 0; j < ny; j++) {
    if (job->control_taps)
      control_rows(job, j, slice, scratch);
    for (int64_t i = 0; i < nx; i += BLOCK) {
      int n = (int)(nx - i < BLOCK ? nx - i : BLOCK);
      locate(job, i, n, j, slice, scratch, &p);
      int inside = narrow && all_inside(&p, n, job->input_size, 0, 1);
      if (!inside)
        split_by(job->boundary, &p, n, job->input_size, pairs);
      for (int64_t c = 0; c < job->channels; c++) {
        const float *in = (const float *)job->input + c * volume;
        float *out = (float *)job->output + i + nx * (j + ny * (slice + nz * c));
        if (inside)
          inside_linear(in, (int32_t)job->input_size[0], (int32_t)plane, &p, n, out);
        else
          edge_linear(in, job, pairs, pairs + 1, pairs + 2, n, out);
      }
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
void vk_warp_cubic_f32(const vk_warp *job, int64_t slice, float *scratch) {
  const int64_t nx = job->output_size[0], ny = job->output_size[1], nz = job->output_size[2];
  const int64_t *size = job->input_size, row = size[0], plane = row * size[1], volume = plane * size[2];
  positions p;
  for (int64_t j = 0; j < ny; j++) {
    if (job->control_taps)
      control_rows(job, j, slice, scratch);
    for (int64_t i = 0; i < nx; i += BLOCK) {
      int n = (int)(nx - i < BLOCK ? nx - i : BLOCK);
      locate(job, i, n, j, slice, scratch, &p);
      for (int v = 0; v < n; v++) {
        float *out = (float *)job->output + i + v + nx * (j + ny * slice);
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
              const float *line = in + plane * index[2][u] + row * index[1][t];
              float s = weight[0][0] * line[index[0][0]] + weight[0][1] * line[index[0][1]] +
                        weight[0][2] * line[index[0][2]] + weight[0][3] * line[index[0][3]];
              sum += weight[2][u] * weight[1][t] * s;
            }
          out[c * nx * ny * nz] = sum;
        }
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
void vk_warp_nearest(const vk_warp *job, int64_t slice, int32_t bytes, const void *fill, float *scratch) {
  const int64_t nx = job->output_size[0], ny = job->output_size[1], nz = job->output_size[2];
  const int64_t *size = job->input_size, plane = size[0] * size[1], volume = plane * size[2];
  positions p;
  int32_t x[BLOCK], y[BLOCK], z[BLOCK];
  int64_t offset[BLOCK];
  for (int64_t j = 0; j < ny; j++) {
    if (job->control_taps)
      control_rows(job, j, slice, scratch);
    for (int64_t i = 0; i < nx; i += BLOCK) {
      int n = (int)(nx - i < BLOCK ? nx - i : BLOCK);
      locate(job, i, n, j, slice, scratch, &p);
      nearest_axis(p.x, n, size[0], job->boundary, job->half_up, x);
      nearest_axis(p.y, n, size[1], job->boundary, job->half_up, y);
      nearest_axis(p.z, n, size[2], job->boundary, job->half_up, z);
      for (int v = 0; v < n; v++)
        offset[v] = (x[v] | y[v] | z[v]) < 0 ? -1 : x[v] + size[0] * y[v] + plane * z[v];
      for (int64_t c = 0; c < job->channels; c++) {
        int64_t at = i + nx * (j + ny * (slice + nz * c));
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
}
