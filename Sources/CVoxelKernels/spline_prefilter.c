// Cubic B-spline coefficients by two recursive passes (Unser, Aldroubi, Eden, IEEE TSP 1993).
#include "dispatch.h"
#include "resample_kernels.h"
#include <math.h>

#define LANES 16

VK_MULTIVERSION
void vk_spline_prefilter_f32(float *data, int64_t lanes, int64_t length, int64_t stride, int64_t lane_stride,
                             int32_t boundary, double *scratch) {
  if (length < 2)
    return;
  const double pole = sqrt(3.0) - 2;
  // |pole|^60 < 1e-34: later terms vanish.
  const int64_t horizon = length < 60 ? length : 60;
  for (int64_t first = 0; first < lanes; first += LANES) {
    const int n = (int)(lanes - first < LANES ? lanes - first : LANES);
    float *line = data + first * lane_stride;
    double(*c)[LANES] = (double(*)[LANES])scratch;
    for (int64_t i = 0; i < length; i++)
      for (int v = 0; v < n; v++)
        c[i][v] = 6 * (double)line[i * stride + v * lane_stride];
    double start[LANES];
    if (boundary == VK_MIRROR) {
      // Σ of the signal continued about its first and last sample.
      for (int v = 0; v < n; v++) {
        if (horizon < length) {
          double power = pole, sum = c[0][v];
          for (int64_t i = 1; i < horizon; i++, power *= pole)
            sum += power * c[i][v];
          start[v] = sum;
        } else {
          double power = pole, last = pow(pole, (double)(length - 1)),
                 sum = c[0][v] + last * c[length - 1][v];
          double back = last * last / pole;
          for (int64_t i = 1; i < length - 1; i++, power *= pole, back /= pole)
            sum += (power + back) * c[i][v];
          start[v] = sum / (1 - last * last);
        }
      }
    } else {
      // Continued about the faces of the first and last sample.
      const double full = pow(pole, (double)length);
      for (int v = 0; v < n; v++) {
        double power = pole, sum = 0;
        double back = full * full;
        for (int64_t i = 0; i < length && i < 200; i++, power *= pole) {
          sum += power * c[i][v];
          if (back != 0) {
            sum += back * c[i][v];
            back /= pole;
          }
        }
        start[v] = c[0][v] + sum / (1 - full * full);
      }
    }
    for (int v = 0; v < n; v++)
      c[0][v] = start[v];
    for (int64_t i = 1; i < length; i++)
      for (int v = 0; v < LANES; v++)
        c[i][v] += pole * c[i - 1][v];
    if (boundary == VK_MIRROR)
      for (int v = 0; v < n; v++)
        c[length - 1][v] = pole / (pole * pole - 1) * (c[length - 1][v] + pole * c[length - 2][v]);
    else
      for (int v = 0; v < n; v++)
        c[length - 1][v] *= pole / (pole - 1);
    for (int64_t i = length - 2; i >= 0; i--)
      for (int v = 0; v < LANES; v++)
        c[i][v] = pole * (c[i + 1][v] - c[i][v]);
    for (int64_t i = 0; i < length; i++)
      for (int v = 0; v < n; v++)
        line[i * stride + v * lane_stride] = (float)c[i][v];
  }
}
