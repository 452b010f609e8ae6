// Cubic B-splines at arbitrary positions.
#include "warp_positions.h"

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
