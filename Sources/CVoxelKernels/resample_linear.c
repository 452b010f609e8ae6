// Linear interpolation at arbitrary positions.
#include "warp_positions.h"

int64_t vk_warp_units(const vk_warp *job) {
  return ((job->output_size[1] + ROWS - 1) / ROWS) * ((job->output_size[2] + SLICES - 1) / SLICES);
}

int64_t vk_warp_scratch(const vk_warp *job) {
  return job->control_taps ? ROWS * SLICES * 3 * job->control_size[0] : 0;
}

// Whether every position lies at voxel 0 or after, and before the last voxel centre. On a straight line the
// ends tell.
static VK_INLINE int all_inside(const positions *p, int n, const int64_t size[3], int straight) {
  const double hx = (double)(size[0] - 1), hy = (double)(size[1] - 1), hz = (double)(size[2] - 1);
  int outside = 0;
  if (straight) {
    for (int v = 0; v<n; v += n> 1 ? n - 1 : 1)
      outside |=
          !(p->x[v] >= 0 && p->x[v] < hx && p->y[v] >= 0 && p->y[v] < hy && p->z[v] >= 0 && p->z[v] < hz);
    return !outside;
  }
  for (int v = 0; v < n; v++)
    outside |= !(p->x[v] >= 0) | !(p->x[v] < hx) | !(p->y[v] >= 0) | !(p->y[v] < hy) | !(p->z[v] >= 0) |
               !(p->z[v] < hz);
  return !outside;
}

typedef float v4 __attribute__((vector_size(16)));
typedef float v2 __attribute__((vector_size(8)));

// The positions lie between the first and the last voxel centre. Neighbours along x come in one load; an axis
// of one voxel has none. `wide`: offsets need more than 32 bits.
static VK_INLINE void sample_linear(const float *restrict in, const int64_t size[3], const positions *p,
                                    int n, int wide, const ptrdiff_t ahead[2], float *restrict out) {
  const int64_t nx = size[0], plane = size[0] * size[1];
  const int32_t lx = size[0] > 1 ? (int32_t)size[0] - 2 : 0, ly = size[1] > 1 ? (int32_t)size[1] - 2 : 0,
                lz = size[2] > 1 ? (int32_t)size[2] - 2 : 0;
  const int64_t sx = size[0] > 1 ? 1 : 0, sy = size[1] > 1 ? nx : 0, sz = size[2] > 1 ? plane : 0;
  int32_t offset[BLOCK];
  int64_t far[BLOCK];
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
    if (wide)
      far[v] = x + nx * y + plane * z;
    else
      offset[v] = x + (int32_t)nx * y + (int32_t)plane * z;
  }
  // What the next row and the next slice will need and this one does not.
  for (int v = 0; v < n; v += 2)
    for (int direction = 0; direction < 2; direction++)
      __builtin_prefetch((const void *)((intptr_t)(in + (wide ? far[v] : offset[v])) + ahead[direction]), 0,
                         2);
  for (int v = 0; v < n; v++) {
    const float *at = in + (wide ? far[v] : offset[v]);
    v2 a, b, c, d;
    if (sx) {
      memcpy(&a, at, 8);
      memcpy(&b, at + sy, 8);
      memcpy(&c, at + sz, 8);
      memcpy(&d, at + sy + sz, 8);
    } else {
      a = (v2){at[0], at[0]};
      b = (v2){at[sy], at[sy]};
      c = (v2){at[sz], at[sz]};
      d = (v2){at[sy + sz], at[sy + sz]};
    }
    v4 low = __builtin_shufflevector(a, b, 0, 1, 2, 3), high = __builtin_shufflevector(c, d, 0, 1, 2, 3);
    low += fz[v] * (high - low);
    v2 first = __builtin_shufflevector(low, low, 0, 1), second = __builtin_shufflevector(low, low, 2, 3);
    pairs[v] = first + fy[v] * (second - first);
  }
  const float *restrict flat = (const float *)pairs;
  for (int v = 0; v < n; v++)
    out[v] = flat[2 * v] + fx[v] * (flat[2 * v + 1] - flat[2 * v]);
}

// How much of the value at each position comes from inside, when it fades to a constant over one voxel.
static VK_INLINE void inside_share(const positions *p, int n, const int64_t size[3], float *restrict share) {
  const double sx = (double)size[0], sy = (double)size[1], sz = (double)size[2];
  for (int v = 0; v < n; v++) {
    double x = p->x[v] + 1 < sx - p->x[v] ? p->x[v] + 1 : sx - p->x[v];
    double y = p->y[v] + 1 < sy - p->y[v] ? p->y[v] + 1 : sy - p->y[v];
    double z = p->z[v] + 1 < sz - p->z[v] ? p->z[v] + 1 : sz - p->z[v];
    x = x > 0 ? (x < 1 ? x : 1) : 0;
    y = y > 0 ? (y < 1 ? y : 1) : 0;
    z = z > 0 ? (z < 1 ? z : 1) : 0;
    share[v] = (float)(x * y * z);
  }
}

static VK_INLINE void fold_axis(double *c, int n, double size, int boundary) {
  for (int v = 0; v < n; v++)
    c[v] = fold(c[v], size, boundary);
}

static VK_INLINE void fold_all(positions *p, int n, const int64_t size[3], int boundary) {
  double *c[3] = {p->x, p->y, p->z};
  for (int axis = 0; axis < 3; axis++)
    if (boundary == VK_REFLECTION)
      fold_axis(c[axis], n, (double)size[axis], VK_REFLECTION);
    else if (boundary == VK_MIRROR)
      fold_axis(c[axis], n, (double)size[axis], VK_MIRROR);
    else
      fold_axis(c[axis], n, (double)size[axis], VK_BORDER);
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

// Bytes from a voxel's neighbours to those of the voxel a step further, one slice or row beyond what is read
// now.
static VK_INLINE ptrdiff_t look_ahead(const vk_warp *job, double x, double y, double z) {
  const double far = fabs(z) > fabs(y) ? 1 : 0, near = 1 - far, limit = 1e6;
  y += y < 0 ? 0 : near;
  z += z < 0 ? 0 : far;
  if (!(fabs(x) < limit && fabs(y) < limit && fabs(z) < limit))
    return 0;
  return (ptrdiff_t)sizeof(float) *
         ((ptrdiff_t)rint(x) +
          job->input_size[0] * ((ptrdiff_t)rint(y) + job->input_size[1] * (ptrdiff_t)rint(z)));
}

VK_MULTIVERSION
void vk_warp_linear_f32(const vk_warp *job, int64_t unit, float *scratch) {
  const int64_t nx = job->output_size[0], ny = job->output_size[1], nz = job->output_size[2];
  const int64_t *size = job->input_size, volume = size[0] * size[1] * size[2];
  const tile box = tile_of(job, unit, scratch);
  const double *m = job->matrix;
  const ptrdiff_t ahead[2] = {look_ahead(job, 2 * m[1], 2 * m[5], 2 * m[9]),
                              look_ahead(job, m[2], m[6], m[10])};
  positions p;
  float share[BLOCK];
  for (int64_t i = 0; i < nx; i += BLOCK)
    for (int64_t row = 0; row < box.rows; row++) {
      const int64_t j = box.j0 + row % box.nj, k = box.k0 + row / box.nj;
      const int n = (int)(nx - i < BLOCK ? nx - i : BLOCK);
      locate(job, i, n, j, k, scratch + row * 3 * job->control_size[0], &p);
      const int inside = all_inside(&p, n, size, !job->displacement);
      const int mixed = !inside && job->boundary == VK_CONSTANT, outside = mixed && all_outside(&p, n, size);
      if (mixed)
        inside_share(&p, n, size, share);
      if (!inside)
        fold_all(&p, n, size, job->boundary);
      for (int64_t c = 0; c < job->channels; c++) {
        const float *in = (const float *)job->input + c * volume;
        float *restrict out = (float *)job->output + i + nx * (j + ny * (k + nz * c));
        if (outside) {
          for (int v = 0; v < n; v++)
            out[v] = job->constant;
          continue;
        }
        if (volume < INT32_MAX)
          sample_linear(in, size, &p, n, 0, ahead, out);
        else
          sample_linear(in, size, &p, n, 1, ahead, out);
        if (mixed)
          for (int v = 0; v < n; v++)
            out[v] = share[v] == 0 ? job->constant : job->constant + share[v] * (out[v] - job->constant);
      }
    }
}
