#include "thin_kernels.hpp"
#include "vector.hpp"

// Without AVX-512 these are never called, but must compile.
#if defined(__x86_64__)
#define CT_WIDE __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#else
#define CT_WIDE
#endif

namespace {

constexpr int64_t lanes = 16;

template <int Outputs, int Vectors>
CT_WIDE void convolve_block(const ct::thin::Rows &x, const float *weight, const float *bias, int64_t inputs,
                            int64_t slice, int64_t h, int64_t w, int64_t valid, float *y) {
  Float16s sum[Outputs][Vectors];
  for (int o = 0; o < Outputs; ++o)
    for (int v = 0; v < Vectors; ++v)
      sum[o][v] = Float16s{} + (bias ? bias[o] : 0.0f);
  for (int64_t kd = 0; kd < 3; ++kd)
    for (int64_t kh = 0; kh < 3; ++kh) {
      const float *row = x.row(slice + kd, h + kh) + w;
      for (int64_t ci = 0; ci < inputs; ++ci, row += x.width) {
        const float *k = weight + (ci * 9 + kd * 3 + kh) * 3 * Outputs;
        for (int kw = 0; kw < 3; ++kw)
          for (int v = 0; v < Vectors; ++v) {
            Float16s value;
            load(value, row + kw + v * lanes);
            for (int o = 0; o < Outputs; ++o)
              sum[o][v] += value * k[kw * Outputs + o];
          }
      }
    }
  float line[Outputs][Vectors * lanes];
  for (int o = 0; o < Outputs; ++o)
    for (int v = 0; v < Vectors; ++v)
      store(line[o] + v * lanes, sum[o][v]);
  for (int64_t i = 0; i < valid; ++i)
    for (int o = 0; o < Outputs; ++o)
      y[i * Outputs + o] = line[o][i];
}

template <int Outputs>
CT_WIDE void convolve_slice(const ct::thin::Rows &x, const float *weight, const float *bias,
                            const ct::thin::Size &size, int64_t slice, float *y) {
  for (int64_t h = 0; h < size.height; ++h)
    for (int64_t w = 0; w < size.width;) {
      const int64_t left = size.width - w;
      float *target = y + (h * size.width + w) * Outputs;
      const int64_t step = left > 2 * lanes ? 3 * lanes : left > lanes ? 2 * lanes : lanes;
      const int64_t valid = left < step ? left : step;
      if (step == 3 * lanes)
        convolve_block<Outputs, 3>(x, weight, bias, size.inputs, slice, h, w, valid, target);
      else if (step == 2 * lanes)
        convolve_block<Outputs, 2>(x, weight, bias, size.inputs, slice, h, w, valid, target);
      else
        convolve_block<Outputs, 1>(x, weight, bias, size.inputs, slice, h, w, valid, target);
      w += step;
    }
}

CT_WIDE float total(const Float16s &value) {
  float sum = 0;
  for (int64_t l = 0; l < lanes; ++l)
    sum += value[l];
  return sum;
}

/// `dy` has one voxel of zeros on both sides, as `x`.
template <int Outputs>
CT_WIDE void convolve_weights(const ct::thin::Rows &x, const ct::thin::Rows &dy, const ct::thin::Size &size,
                              int64_t slice, float *gradient) {
  for (int64_t ci = 0; ci < size.inputs; ++ci)
    for (int64_t kd = 0; kd < 3; ++kd)
      for (int64_t kh = 0; kh < 3; ++kh) {
        Float16s sum[3][Outputs] = {};
        for (int64_t h = 0; h < size.height; ++h) {
          const float *row = x.row(slice + kd, h + kh) + ci * x.width;
          const float *line = dy.row(slice + 1, h + 1) + 1;
          for (int64_t w = 0; w < size.width; w += lanes) {
            Float16s g[Outputs];
            for (int o = 0; o < Outputs; ++o)
              load(g[o], line + o * dy.width + w);
            for (int kw = 0; kw < 3; ++kw) {
              Float16s value;
              load(value, row + w + kw);
              for (int o = 0; o < Outputs; ++o)
                sum[kw][o] += value * g[o];
            }
          }
        }
        for (int kw = 0; kw < 3; ++kw)
          for (int o = 0; o < Outputs; ++o)
            gradient[((ci * 9 + kd * 3 + kh) * 3 + kw) * Outputs + o] = total(sum[kw][o]);
      }
  for (int o = 0; o < Outputs; ++o) {
    Float16s sum = {};
    for (int64_t h = 0; h < size.height; ++h)
      for (int64_t w = 0; w < size.width; w += lanes) {
        Float16s g;
        load(g, dy.row(slice + 1, h + 1) + 1 + o * dy.width + w);
        sum += g;
      }
    gradient[size.inputs * 27 * Outputs + o] = total(sum);
  }
}

/// One row of the output at both parities along the row.
template <int Outputs, int Vectors>
CT_WIDE void expand_block(const ct::thin::Rows &x, const float *weight, const float *bias, int64_t inputs,
                          int64_t slice, int64_t h, int64_t w, int odd_d, int odd_h, int64_t valid,
                          float *y) {
  Float16s even[Outputs][Vectors], odd[Outputs][Vectors];
  for (int o = 0; o < Outputs; ++o)
    for (int v = 0; v < Vectors; ++v)
      even[o][v] = odd[o][v] = Float16s{} + (bias ? bias[o] : 0.0f);
  // An even place takes the middle of the kernel; an odd one both ends, of this voxel and the next.
  for (int a = 0; a <= odd_d; ++a)
    for (int b = 0; b <= odd_h; ++b) {
      const int64_t kd = odd_d ? (a ? 0 : 2) : 1, kh = odd_h ? (b ? 0 : 2) : 1;
      const float *row = x.row(slice + a, h + b) + w;
      const float *k = weight + (kd * 3 + kh) * inputs * 3 * Outputs;
      for (int64_t ci = 0; ci < inputs; ++ci, row += x.width, k += 3 * Outputs)
        for (int v = 0; v < Vectors; ++v) {
          Float16s here, next;
          load(here, row + v * lanes);
          load(next, row + v * lanes + 1);
          for (int o = 0; o < Outputs; ++o) {
            even[o][v] += here * k[Outputs + o];
            odd[o][v] += here * k[2 * Outputs + o];
            odd[o][v] += next * k[o];
          }
        }
    }
  float lines[2][Outputs][Vectors * lanes];
  for (int o = 0; o < Outputs; ++o)
    for (int v = 0; v < Vectors; ++v) {
      store(lines[0][o] + v * lanes, even[o][v]);
      store(lines[1][o] + v * lanes, odd[o][v]);
    }
  for (int64_t i = 0; i < valid; ++i)
    for (int p = 0; p < 2; ++p)
      for (int o = 0; o < Outputs; ++o)
        y[(2 * i + p) * Outputs + o] = lines[p][o][i];
}

template <int Outputs>
CT_WIDE void expand_slice(const ct::thin::Rows &x, const float *weight, const float *bias,
                          const ct::thin::Size &size, int64_t slice, float *y) {
  const int64_t width = 2 * size.width, height = 2 * size.height;
  for (int64_t h = 0; h < size.height; ++h)
    for (int odd_d = 0; odd_d < 2; ++odd_d)
      for (int odd_h = 0; odd_h < 2; ++odd_h)
        for (int64_t w = 0; w < size.width;) {
          const int64_t left = size.width - w;
          float *target = y + ((odd_d * height + 2 * h + odd_h) * width + 2 * w) * Outputs;
          const int64_t step = left > 2 * lanes ? 3 * lanes : left > lanes ? 2 * lanes : lanes;
          const int64_t valid = left < step ? left : step;
          if (step == 3 * lanes)
            expand_block<Outputs, 3>(x, weight, bias, size.inputs, slice, h, w, odd_d, odd_h, valid, target);
          else if (step == 2 * lanes)
            expand_block<Outputs, 2>(x, weight, bias, size.inputs, slice, h, w, odd_d, odd_h, valid, target);
          else
            expand_block<Outputs, 1>(x, weight, bias, size.inputs, slice, h, w, odd_d, odd_h, valid, target);
          w += step;
        }
}

/// `Voxels` voxels of a row and `Vectors` · 16 of their channels.
template <int Voxels, int Vectors>
CT_WIDE void expand_data_block(const ct::thin::Rows &dy, const float *weight, const ct::thin::Size &size,
                               int64_t slice, int64_t h, int64_t w, float *dx) {
  Float16s sum[Voxels][Vectors] = {};
  for (int64_t kd = 0; kd < 3; ++kd)
    for (int64_t kh = 0; kh < 3; ++kh) {
      const float *row = dy.row(2 * slice + kd, 2 * h + kh) + 2 * w;
      const float *k = weight + (kd * 3 + kh) * 3 * size.outputs * size.inputs;
      for (int64_t kw = 0; kw < 3; ++kw)
        for (int64_t o = 0; o < size.outputs; ++o, k += size.inputs) {
          Float16s factor[Vectors];
          for (int v = 0; v < Vectors; ++v)
            load(factor[v], k + v * lanes);
          for (int i = 0; i < Voxels; ++i)
            for (int v = 0; v < Vectors; ++v)
              sum[i][v] += factor[v] * row[o * dy.width + 2 * i + kw];
        }
    }
  for (int i = 0; i < Voxels; ++i)
    for (int v = 0; v < Vectors; ++v)
      store(dx + i * size.inputs + v * lanes, sum[i][v]);
}

template <int Vectors>
CT_WIDE void expand_data_slice(const ct::thin::Rows &dy, const float *weight, const ct::thin::Size &size,
                               int64_t slice, float *dx) {
  for (int64_t h = 0; h < size.height; ++h)
    for (int64_t ci = 0; ci < size.inputs; ci += Vectors * lanes) {
      float *target = dx + h * size.width * size.inputs + ci;
      int64_t w = 0;
      for (; w + 4 <= size.width; w += 4)
        expand_data_block<4, Vectors>(dy, weight + ci, size, slice, h, w, target + w * size.inputs);
      for (; w < size.width; ++w)
        expand_data_block<1, Vectors>(dy, weight + ci, size, slice, h, w, target + w * size.inputs);
    }
}

template <int Outputs, int Vectors>
CT_WIDE void expand_weights(const float *x, const ct::thin::Rows &dy, const ct::thin::Size &size,
                            int64_t slice, float *gradient) {
  for (int64_t ci = 0; ci < size.inputs; ci += Vectors * lanes)
    for (int64_t kd = 0; kd < 3; ++kd)
      for (int64_t kh = 0; kh < 3; ++kh) {
        Float16s sum[3][Outputs][Vectors] = {};
        for (int64_t h = 0; h < size.height; ++h) {
          const float *voxel = x + h * size.width * size.inputs + ci;
          const float *row = dy.row(2 * slice + kd, 2 * h + kh);
          for (int64_t w = 0; w < size.width; ++w, voxel += size.inputs, row += 2) {
            Float16s value[Vectors];
            for (int v = 0; v < Vectors; ++v)
              load(value[v], voxel + v * lanes);
            for (int kw = 0; kw < 3; ++kw)
              for (int o = 0; o < Outputs; ++o)
                for (int v = 0; v < Vectors; ++v)
                  sum[kw][o][v] += value[v] * row[o * dy.width + kw];
          }
        }
        for (int kw = 0; kw < 3; ++kw)
          for (int o = 0; o < Outputs; ++o)
            for (int v = 0; v < Vectors; ++v)
              store(gradient + (((kd * 3 + kh) * 3 + kw) * Outputs + o) * size.inputs + ci + v * lanes,
                    sum[kw][o][v]);
      }
}

} // namespace

namespace ct::thin {

bool is_available() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  return has;
#else
  return false;
#endif
}

void make_rows(const float *voxels, int64_t height, int64_t width, int64_t channels, int64_t before,
               float *rows, int64_t padded_height, int64_t padded_width) {
  const auto row_size = channels * padded_width;
  for (int64_t h = 0; h < padded_height; ++h) {
    float *row = rows + h * row_size;
    std::memset(row, 0, static_cast<size_t>(row_size) * sizeof(float));
    const int64_t from = h - before;
    if (!voxels || from < 0 || from >= height)
      continue;
    const float *source = voxels + from * width * channels;
    for (int64_t w = 0; w < width; ++w)
      for (int64_t c = 0; c < channels; ++c)
        row[c * padded_width + before + w] = source[w * channels + c];
  }
}

void convolve(const Rows &x, const float *weight, const float *bias, Size size, int64_t slice, float *y) {
  switch (size.outputs) {
  case 1:
    return convolve_slice<1>(x, weight, bias, size, slice, y);
  case 2:
    return convolve_slice<2>(x, weight, bias, size, slice, y);
  case 3:
    return convolve_slice<3>(x, weight, bias, size, slice, y);
  default:
    return convolve_slice<4>(x, weight, bias, size, slice, y);
  }
}

void convolve_weight_gradient(const Rows &x, const Rows &dy, Size size, int64_t slice, float *gradient) {
  switch (size.outputs) {
  case 1:
    return convolve_weights<1>(x, dy, size, slice, gradient);
  case 2:
    return convolve_weights<2>(x, dy, size, slice, gradient);
  case 3:
    return convolve_weights<3>(x, dy, size, slice, gradient);
  default:
    return convolve_weights<4>(x, dy, size, slice, gradient);
  }
}

void expand(const Rows &x, const float *weight, const float *bias, Size size, int64_t slice, float *y) {
  switch (size.outputs) {
  case 1:
    return expand_slice<1>(x, weight, bias, size, slice, y);
  case 2:
    return expand_slice<2>(x, weight, bias, size, slice, y);
  case 3:
    return expand_slice<3>(x, weight, bias, size, slice, y);
  default:
    return expand_slice<4>(x, weight, bias, size, slice, y);
  }
}

void expand_data_gradient(const Rows &dy, const float *weight, Size size, int64_t slice, float *dx) {
  if (size.inputs % 32 == 0)
    expand_data_slice<2>(dy, weight, size, slice, dx);
  else
    expand_data_slice<1>(dy, weight, size, slice, dx);
}

void expand_weight_gradient(const float *x, const Rows &dy, Size size, int64_t slice, float *gradient) {
  const bool wide = size.inputs % 32 == 0;
  switch (size.outputs) {
  case 1:
    return wide ? expand_weights<1, 2>(x, dy, size, slice, gradient)
                : expand_weights<1, 1>(x, dy, size, slice, gradient);
  case 2:
    return wide ? expand_weights<2, 2>(x, dy, size, slice, gradient)
                : expand_weights<2, 1>(x, dy, size, slice, gradient);
  case 3:
    return wide ? expand_weights<3, 2>(x, dy, size, slice, gradient)
                : expand_weights<3, 1>(x, dy, size, slice, gradient);
  default:
    return wide ? expand_weights<4, 2>(x, dy, size, slice, gradient)
                : expand_weights<4, 1>(x, dy, size, slice, gradient);
  }
}

} // namespace ct::thin
