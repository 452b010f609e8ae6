// Where each output voxel of a warp lies in the input.
#ifndef VOXEL_WARP_POSITIONS_H
#define VOXEL_WARP_POSITIONS_H

#include "dispatch.h"
#include "resample_kernels.h"
#include <math.h>
#include <string.h>

// Work goes in boxes of 64 × 32 × 16 output voxels, so that what an oblique map touches stays in cache.
#define BLOCK 64
#define ROWS 32
#define SLICES 16

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

typedef struct {
  int64_t j0, k0, nj, rows;
} tile;

static VK_INLINE tile tile_of(const vk_warp *job, int64_t unit, float *scratch) {
  const int64_t ny = job->output_size[1], nz = job->output_size[2], across = (ny + ROWS - 1) / ROWS;
  tile t = {unit % across * ROWS, unit / across * SLICES, 0, 0};
  t.nj = ny - t.j0 < ROWS ? ny - t.j0 : ROWS;
  t.rows = t.nj * (nz - t.k0 < SLICES ? nz - t.k0 : SLICES);
  if (job->control_taps)
    for (int64_t row = 0; row < t.rows; row++)
      control_rows(job, t.j0 + row % t.nj, t.k0 + row / t.nj, scratch + row * 3 * job->control_size[0]);
  return t;
}

#endif
