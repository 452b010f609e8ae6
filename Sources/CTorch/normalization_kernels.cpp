#include "normalization_kernels.hpp"
#include "vector.hpp"

namespace {

constexpr int64_t lanes = 16;
constexpr int64_t unroll = 4;

/// The part of a line that whole periods fill, and the rest.
CT_INLINE int64_t whole(int64_t count, int64_t period) { return count / period * period; }

template <typename Float>
CT_INLINE void moments(const Float *x, int64_t count, int64_t period, const float *pivot, float *sums,
                       float *squares) {
  const int64_t end = whole(count, period);
  for (int64_t p = 0; p < period; p += lanes * unroll) {
    Float16s k[unroll], s[unroll], q[unroll];
    for (int u = 0; u < unroll; ++u) {
      load(k[u], pivot + p + u * lanes);
      load(s[u], sums + p + u * lanes);
      load(q[u], squares + p + u * lanes);
    }
    for (int64_t i = p; i < end; i += period) {
      for (int u = 0; u < unroll; ++u) {
        Float16s v;
        load(v, x + i + u * lanes);
        v -= k[u];
        s[u] += v;
        q[u] += v * v;
      }
    }
    for (int u = 0; u < unroll; ++u) {
      store(sums + p + u * lanes, s[u]);
      store(squares + p + u * lanes, q[u]);
    }
  }
  for (int64_t i = end; i < count; ++i) {
    float v = widened(x[i]) - pivot[i - end];
    sums[i - end] += v;
    squares[i - end] += v * v;
  }
}

template <typename Float>
CT_INLINE void forward(const Float *x, const Float *residual, Float *y, int64_t count, int64_t period,
                       const ct::Affine &affine) {
  const int64_t end = whole(count, period);
  for (int64_t start = 0; start < end; start += period) {
    for (int64_t p = 0; p < period; p += lanes) {
      Float16s v, a, b, c;
      load(v, x + start + p);
      load(a, affine.scale + p);
      load(b, affine.shift + p);
      load(c, affine.slope + p);
      v = v * a + b;
      v = v > 0 ? v : v * c;
      if (residual) {
        Float16s r;
        load(r, residual + start + p);
        v += r;
      }
      store(y + start + p, v);
    }
  }
  for (int64_t i = end; i < count; ++i) {
    const int64_t p = i - end;
    float z = widened(x[i]) * affine.scale[p] + affine.shift[p];
    float v = z > 0 ? z : z * affine.slope[p];
    narrow(y[i], residual ? v + widened(residual[i]) : v);
  }
}

template <typename Float>
CT_INLINE void gradients(const Float *x, const Float *dy, int64_t count, int64_t period,
                         const ct::Affine &affine, const float *mean, const ct::Sums &sums) {
  const int64_t end = whole(count, period);
  const Float16s zero = {};
  for (int64_t p = 0; p < period; p += lanes * 2) {
    Float16s a[2], b[2], c[2], m[2], sg[2], sm[2], ss[2];
    for (int u = 0; u < 2; ++u) {
      load(a[u], affine.scale + p + u * lanes);
      load(b[u], affine.shift + p + u * lanes);
      load(c[u], affine.slope + p + u * lanes);
      load(m[u], mean + p + u * lanes);
      load(sg[u], sums.gradient + p + u * lanes);
      load(sm[u], sums.moment + p + u * lanes);
      load(ss[u], sums.slope + p + u * lanes);
    }
    for (int64_t i = p; i < end; i += period) {
      for (int u = 0; u < 2; ++u) {
        Float16s v, g;
        load(v, x + i + u * lanes);
        load(g, dy + i + u * lanes);
        Float16s z = v * a[u] + b[u];
        ss[u] += z > 0 ? zero : g * z;
        g = z > 0 ? g : g * c[u];
        sg[u] += g;
        sm[u] += g * (v - m[u]);
      }
    }
    for (int u = 0; u < 2; ++u) {
      store(sums.gradient + p + u * lanes, sg[u]);
      store(sums.moment + p + u * lanes, sm[u]);
      store(sums.slope + p + u * lanes, ss[u]);
    }
  }
  for (int64_t i = end; i < count; ++i) {
    const int64_t p = i - end;
    float v = widened(x[i]), g = widened(dy[i]);
    float z = v * affine.scale[p] + affine.shift[p];
    sums.slope[p] += z > 0 ? 0 : g * z;
    g = z > 0 ? g : g * affine.slope[p];
    sums.gradient[p] += g;
    sums.moment[p] += g * (v - mean[p]);
  }
}

template <typename Float>
CT_INLINE void backward(const Float *x, const Float *dy, Float *dx, int64_t count, int64_t period,
                        const ct::Affine &affine, const float *first, const float *second,
                        const float *third) {
  const int64_t end = whole(count, period);
  for (int64_t start = 0; start < end; start += period) {
    for (int64_t p = 0; p < period; p += lanes) {
      Float16s v, g, a, b, c, f, s, t;
      load(v, x + start + p);
      load(g, dy + start + p);
      load(a, affine.scale + p);
      load(b, affine.shift + p);
      load(c, affine.slope + p);
      load(f, first + p);
      load(s, second + p);
      load(t, third + p);
      Float16s z = v * a + b;
      g = z > 0 ? g : g * c;
      store(dx + start + p, g * f + v * s + t);
    }
  }
  for (int64_t i = end; i < count; ++i) {
    const int64_t p = i - end;
    float v = widened(x[i]), g = widened(dy[i]);
    float z = v * affine.scale[p] + affine.shift[p];
    g = z > 0 ? g : g * affine.slope[p];
    narrow(dx[i], g * first[p] + v * second[p] + third[p]);
  }
}

using ct::BFloat;

CT_MULTIVERSION void moments_f(const float *x, int64_t n, int64_t p, const float *k, float *s, float *q) {
  moments(x, n, p, k, s, q);
}
CT_MULTIVERSION void moments_b(const BFloat *x, int64_t n, int64_t p, const float *k, float *s, float *q) {
  moments(x, n, p, k, s, q);
}
CT_MULTIVERSION void forward_f(const float *x, const float *r, float *y, int64_t n, int64_t p, ct::Affine a) {
  if (r)
    forward(x, r, y, n, p, a);
  else
    forward<float>(x, nullptr, y, n, p, a);
}
CT_MULTIVERSION void forward_b(const BFloat *x, const BFloat *r, BFloat *y, int64_t n, int64_t p,
                               ct::Affine a) {
  if (r)
    forward(x, r, y, n, p, a);
  else
    forward<BFloat>(x, nullptr, y, n, p, a);
}
CT_MULTIVERSION void gradients_f(const float *x, const float *dy, int64_t n, int64_t p, ct::Affine a,
                                 const float *m, ct::Sums s) {
  gradients(x, dy, n, p, a, m, s);
}
CT_MULTIVERSION void gradients_b(const BFloat *x, const BFloat *dy, int64_t n, int64_t p, ct::Affine a,
                                 const float *m, ct::Sums s) {
  gradients(x, dy, n, p, a, m, s);
}
CT_MULTIVERSION void backward_f(const float *x, const float *dy, float *dx, int64_t n, int64_t p,
                                ct::Affine a, const float *f, const float *s, const float *t) {
  backward(x, dy, dx, n, p, a, f, s, t);
}
CT_MULTIVERSION void backward_b(const BFloat *x, const BFloat *dy, BFloat *dx, int64_t n, int64_t p,
                                ct::Affine a, const float *f, const float *s, const float *t) {
  backward(x, dy, dx, n, p, a, f, s, t);
}

} // namespace

namespace ct {

template <> void sum_moments(const float *x, int64_t n, int64_t p, const float *k, float *s, float *q) {
  moments_f(x, n, p, k, s, q);
}
template <> void sum_moments(const BFloat *x, int64_t n, int64_t p, const float *k, float *s, float *q) {
  moments_b(x, n, p, k, s, q);
}
template <> void activate(const float *x, const float *r, float *y, int64_t n, int64_t p, Affine a) {
  forward_f(x, r, y, n, p, a);
}
template <> void activate(const BFloat *x, const BFloat *r, BFloat *y, int64_t n, int64_t p, Affine a) {
  forward_b(x, r, y, n, p, a);
}
template <>
void sum_gradients(const float *x, const float *dy, int64_t n, int64_t p, Affine a, const float *m, Sums s) {
  gradients_f(x, dy, n, p, a, m, s);
}
template <>
void sum_gradients(const BFloat *x, const BFloat *dy, int64_t n, int64_t p, Affine a, const float *m,
                   Sums s) {
  gradients_b(x, dy, n, p, a, m, s);
}
template <>
void propagate(const float *x, const float *dy, float *dx, int64_t n, int64_t p, Affine a, const float *f,
               const float *s, const float *t) {
  backward_f(x, dy, dx, n, p, a, f, s, t);
}
template <>
void propagate(const BFloat *x, const BFloat *dy, BFloat *dx, int64_t n, int64_t p, Affine a, const float *f,
               const float *s, const float *t) {
  backward_b(x, dy, dx, n, p, a, f, s, t);
}

} // namespace ct
