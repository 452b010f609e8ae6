// The contract between Swift and libtorch.
//
// Ownership. Every `ct_tensor **out` and `ct_generator **out` receives a new handle that the caller owns and
// gives back with `ct_tensor_release` / `ct_generator_release`. Arguments are borrowed for the call. A handle
// is one reference to a libtorch tensor; two handles may name the same tensor (a view, a shallow copy).
// Failure. A function that returns `ct_status` never throws and never aborts. On any status but `CT_OK`,
// `*out` is NULL (or untouched where it is no handle), and `ct_last_error` describes the failure until the
// next failing call on the same thread. NULL. A pointer to a tensor may be NULL only where a comment says so.
// Sizes. `ptrdiff_t` lists are read during the call only. Dimensions may be negative, counted from the end.
#ifndef CTORCH_H
#define CTORCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor ct_tensor;
typedef struct ct_generator ct_generator;

typedef enum ct_status : int32_t {
  CT_OK = 0,
  CT_REFUSED = 1,       // arguments that don't fit: shapes, types, values
  CT_OUT_OF_MEMORY = 2, // the CPU's or the accelerator's
  CT_UNSUPPORTED = 3,   // no kernel for this type or device
  CT_UNAVAILABLE = 4,   // the device or its library is not there
  CT_INTERNAL = 5
} ct_status;

typedef enum ct_dtype : int32_t {
  CT_UINT8 = 0,
  CT_INT8,
  CT_INT16,
  CT_INT32,
  CT_INT64,
  CT_FLOAT16,
  CT_BFLOAT16,
  CT_FLOAT32,
  CT_FLOAT64,
  CT_BOOL,
  CT_OTHER_DTYPE
} ct_dtype;

typedef enum ct_device_kind : int32_t { CT_CPU = 0, CT_CUDA, CT_MPS, CT_OTHER_DEVICE } ct_device_kind;
typedef struct ct_device {
  ct_device_kind kind;
  int32_t index;
} ct_device;

typedef enum ct_format : int32_t { CT_CONTIGUOUS = 0, CT_CHANNELS_LAST, CT_CHANNELS_LAST_3D } ct_format;

// ---- library (boundary.cpp, device.cpp)
const char *ct_version(void);
const char *ct_last_error(void);
// Handles that were made and not yet released, over all threads.
int64_t ct_live_tensors(void);
void ct_set_threads(int32_t count);
// Where the memory of large CPU tensors comes from, from now on. `take` gives at least the bytes asked for
// and tells how many they are, or NULL; `give` gets the block back with that number. Both are called from any
// thread. To be called once, before the first large tensor.
void ct_use_blocks(void *(*take)(size_t bytes, size_t *capacity), void (*give)(void *block, size_t capacity));
int32_t ct_threads(void);
// Loads the accelerator's library where it is a file of its own. False when the device can't be used.
bool ct_device_available(ct_device_kind kind);
int32_t ct_device_count(ct_device_kind kind);
// The machine's CPU multiplies bfloat16 in hardware.
bool ct_cpu_has_bfloat16(void);

// ---- handles and access (access.cpp)
void ct_tensor_release(ct_tensor *tensor);
int32_t ct_rank(const ct_tensor *tensor);
void ct_shape(const ct_tensor *tensor, ptrdiff_t *sizes);
void ct_strides(const ct_tensor *tensor, ptrdiff_t *strides);
ct_dtype ct_tensor_dtype(const ct_tensor *tensor);
ct_device ct_tensor_device(const ct_tensor *tensor);
bool ct_is_contiguous(const ct_tensor *tensor, ct_format format);
// Whether the memory belongs to someone else (`ct_from_memory`); in-place functions refuse such tensors.
bool ct_is_borrowed(const ct_tensor *tensor);
bool ct_shares_memory(const ct_tensor *a, const ct_tensor *b);
// The first element of a CPU tensor; NULL for other devices.
void *ct_data(const ct_tensor *tensor);
// Copies all elements in C order, as `dtype`, into `bytes` (`count` bytes, exactly the right number).
ct_status ct_copy_out(const ct_tensor *tensor, ct_dtype dtype, void *bytes, size_t count);
ct_status ct_item(const ct_tensor *tensor, double *value);

// ---- creation (creation.cpp)
// Borrows memory; `release(owner)` is called once, when the last tensor over it goes, and also on failure.
ct_status ct_from_memory(void *data, const ptrdiff_t *sizes, const ptrdiff_t *strides, int32_t rank,
                         ct_dtype dtype, void *owner, void (*release)(void *), ct_tensor **out);
// Copies `count` bytes of elements in C order.
ct_status ct_from_bytes(const void *bytes, size_t count, const ptrdiff_t *sizes, int32_t rank, ct_dtype dtype,
                        ct_tensor **out);
ct_status ct_full(const ptrdiff_t *sizes, int32_t rank, double value, ct_dtype dtype, ct_device device,
                  ct_tensor **out);
ct_status ct_empty(const ptrdiff_t *sizes, int32_t rank, ct_dtype dtype, ct_device device, ct_format format,
                   ct_tensor **out);
ct_status ct_arange(double start, double end, double step, ct_dtype dtype, ct_tensor **out);

// ---- conversion (conversion.cpp)
ct_status ct_to_dtype(const ct_tensor *x, ct_dtype dtype, ct_tensor **out);
ct_status ct_to_device(const ct_tensor *x, ct_device device, ct_tensor **out);
ct_status ct_contiguous(const ct_tensor *x, ct_format format, ct_tensor **out);
ct_status ct_clone(const ct_tensor *x, ct_tensor **out);
// Another handle to the same tensor.
ct_status ct_alias(const ct_tensor *x, ct_tensor **out);

// ---- random numbers (random.cpp); the generator is always given, libtorch's default one is never used
ct_status ct_generator_create(ct_device device, uint64_t seed, ct_generator **out);
void ct_generator_release(ct_generator *generator);
// The state as a CPU tensor of bytes.
ct_status ct_generator_state(const ct_generator *generator, ct_tensor **out);
ct_status ct_generator_restore(ct_generator *generator, const ct_tensor *state);
ct_status ct_normal(const ptrdiff_t *sizes, int32_t rank, double mean, double deviation, ct_dtype dtype,
                    ct_device device, ct_generator *generator, ct_tensor **out);
ct_status ct_uniform(const ptrdiff_t *sizes, int32_t rank, double low, double high, ct_dtype dtype,
                     ct_device device, ct_generator *generator, ct_tensor **out);
ct_status ct_bernoulli(const ptrdiff_t *sizes, int32_t rank, double probability, ct_dtype dtype,
                       ct_device device, ct_generator *generator, ct_tensor **out);
ct_status ct_permutation(ptrdiff_t count, ct_generator *generator, ct_tensor **out);

// ---- autograd (autograd.cpp)
bool ct_requires_gradient(const ct_tensor *x);
ct_status ct_set_requires_gradient(ct_tensor *x, bool value);
// `*out` is NULL where there is no gradient yet.
ct_status ct_gradient(const ct_tensor *x, ct_tensor **out);
// NULL forgets the gradient.
ct_status ct_set_gradient(ct_tensor *x, const ct_tensor *gradient);
// `gradient` may be NULL for a scalar.
ct_status ct_backward(const ct_tensor *x, const ct_tensor *gradient);
ct_status ct_detach(const ct_tensor *x, ct_tensor **out);
// Makes the handle's tensor have another's value, type and device, keeping its identity.
ct_status ct_set_data(ct_tensor *x, const ct_tensor *value);
// Modes of the calling thread: set, and the former value returned.
bool ct_set_gradient_mode(bool enabled);
void *ct_inference_begin(void);
void ct_inference_end(void *guard);
// Runs convolutions and matrix products in `dtype` until the matching end.
void *ct_autocast_begin(ct_device_kind device, ct_dtype dtype);
void ct_autocast_end(void *guard);

// ---- elementwise (arithmetic.cpp)
typedef enum ct_unary_op : int32_t {
  CT_NEGATE = 0,
  CT_ABS,
  CT_EXP,
  CT_LOG,
  CT_LOG1P,
  CT_SQRT,
  CT_RSQRT,
  CT_SQUARE,
  CT_RECIPROCAL,
  CT_SIGN,
  CT_FLOOR,
  CT_CEIL,
  CT_ROUND,
  CT_SIN,
  CT_COS,
  CT_TANH,
  CT_SIGMOID,
  CT_LOG_SIGMOID,
  CT_RELU,
  CT_RELU6,
  CT_SELU,
  CT_GELU_ERF,
  CT_GELU_TANH,
  CT_SILU,
  CT_MISH,
  CT_SOFTSIGN,
  CT_HARDSWISH,
  CT_HARDSIGMOID,
  CT_NOT,
  CT_IS_NAN,
  CT_IS_FINITE
} ct_unary_op;
typedef enum ct_binary_op : int32_t {
  CT_ADD = 0,
  CT_SUBTRACT,
  CT_MULTIPLY,
  CT_DIVIDE,
  CT_POWER,
  CT_MAXIMUM,
  CT_MINIMUM,
  CT_REMAINDER,
  CT_EQUAL,
  CT_NOT_EQUAL,
  CT_LESS,
  CT_LESS_EQUAL,
  CT_GREATER,
  CT_GREATER_EQUAL,
  CT_AND,
  CT_OR
} ct_binary_op;
ct_status ct_unary(ct_unary_op op, const ct_tensor *x, ct_tensor **out);
ct_status ct_binary(ct_binary_op op, const ct_tensor *a, const ct_tensor *b, ct_tensor **out);
ct_status ct_binary_scalar(ct_binary_op op, const ct_tensor *a, double b, ct_tensor **out);
ct_status ct_binary_from_scalar(ct_binary_op op, double a, const ct_tensor *b, ct_tensor **out);
ct_status ct_clamp(const ct_tensor *x, double low, double high, ct_tensor **out);
ct_status ct_where(const ct_tensor *condition, const ct_tensor *a, const ct_tensor *b, ct_tensor **out);
ct_status ct_masked_fill(const ct_tensor *x, const ct_tensor *mask, double value, ct_tensor **out);
ct_status ct_lerp(const ct_tensor *a, const ct_tensor *b, double weight, ct_tensor **out);
ct_status ct_matmul(const ct_tensor *a, const ct_tensor *b, ct_tensor **out);
// `bias` may be NULL.
ct_status ct_linear(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias, ct_tensor **out);

// ---- in place (inplace.cpp); they refuse borrowed memory
ct_status ct_copy_into(ct_tensor *target, const ct_tensor *source);
ct_status ct_fill(ct_tensor *target, double value);
// target = target * scale + source * factor
ct_status ct_accumulate(ct_tensor *target, double scale, const ct_tensor *source, double factor);
ct_status ct_multiply_into(ct_tensor *target, const ct_tensor *factor);

// ---- reductions (reduction.cpp); `count` 0 reduces everything
typedef enum ct_reduction_op : int32_t {
  CT_SUM = 0,
  CT_MEAN,
  CT_PRODUCT,
  CT_LARGEST,
  CT_SMALLEST,
  CT_ALL,
  CT_ANY,
  CT_LOG_SUM_EXP
} ct_reduction_op;
ct_status ct_reduce(ct_reduction_op op, const ct_tensor *x, const ptrdiff_t *dims, int32_t count, bool keep,
                    ct_tensor **out);
ct_status ct_variance(const ct_tensor *x, const ptrdiff_t *dims, int32_t count, double correction, bool keep,
                      ct_tensor **out);
ct_status ct_norm(const ct_tensor *x, double order, const ptrdiff_t *dims, int32_t count, bool keep,
                  ct_tensor **out);
ct_status ct_argmax(const ct_tensor *x, ptrdiff_t dim, bool keep, ct_tensor **out);
ct_status ct_argmin(const ct_tensor *x, ptrdiff_t dim, bool keep, ct_tensor **out);
ct_status ct_cumulative_sum(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out);
ct_status ct_top(const ct_tensor *x, ptrdiff_t count, ptrdiff_t dim, ct_tensor **values, ct_tensor **indices);

// ---- shape (shape.cpp)
ct_status ct_reshape(const ct_tensor *x, const ptrdiff_t *sizes, int32_t rank, ct_tensor **out);
ct_status ct_permute(const ct_tensor *x, const ptrdiff_t *axes, int32_t rank, ct_tensor **out);
ct_status ct_expand(const ct_tensor *x, const ptrdiff_t *sizes, int32_t rank, ct_tensor **out);
ct_status ct_unsqueeze(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out);
ct_status ct_squeeze(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out);
ct_status ct_select(const ct_tensor *x, ptrdiff_t dim, ptrdiff_t index, ct_tensor **out);
ct_status ct_slice(const ct_tensor *x, ptrdiff_t dim, ptrdiff_t start, ptrdiff_t end, ptrdiff_t step,
                   ct_tensor **out);
ct_status ct_index_select(const ct_tensor *x, ptrdiff_t dim, const ct_tensor *indices, ct_tensor **out);
ct_status ct_gather(const ct_tensor *x, ptrdiff_t dim, const ct_tensor *indices, ct_tensor **out);
ct_status ct_flip(const ct_tensor *x, const ptrdiff_t *dims, int32_t count, ct_tensor **out);
ct_status ct_roll(const ct_tensor *x, const ptrdiff_t *shifts, const ptrdiff_t *dims, int32_t count,
                  ct_tensor **out);
ct_status ct_repeat(const ct_tensor *x, const ptrdiff_t *times, int32_t rank, ct_tensor **out);
ct_status ct_concatenate(const ct_tensor *const *parts, int32_t count, ptrdiff_t dim, ct_tensor **out);
ct_status ct_stack(const ct_tensor *const *parts, int32_t count, ptrdiff_t dim, ct_tensor **out);
typedef enum ct_padding_mode : int32_t {
  CT_PAD_CONSTANT = 0,
  CT_PAD_REFLECT,
  CT_PAD_REPLICATE,
  CT_PAD_CIRCULAR
} ct_padding_mode;
// `widths`: (before, after) of the last dimension, then of the one before it, and so on.
ct_status ct_pad(const ct_tensor *x, const ptrdiff_t *widths, int32_t count, ct_padding_mode mode,
                 double value, ct_tensor **out);
// `[N, 1, …]` or `[N, …]` class numbers to `[N, …, classes]`.
ct_status ct_one_hot(const ct_tensor *x, ptrdiff_t classes, ct_tensor **out);

// ---- convolution (convolution.cpp); 1 to 3 spatial dimensions, lists have one entry for each
// `bias` may be NULL. A kernel of ones with stride 1 is computed as a matrix product.
ct_status ct_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                         const ptrdiff_t *stride, const ptrdiff_t *padding, const ptrdiff_t *dilation,
                         int32_t dims, ptrdiff_t groups, ct_tensor **out);
ct_status ct_transposed_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                                    const ptrdiff_t *stride, const ptrdiff_t *padding,
                                    const ptrdiff_t *output_padding, const ptrdiff_t *dilation, int32_t dims,
                                    ptrdiff_t groups, ct_tensor **out);

// ---- normalization (normalization.cpp, fused.cpp); weights and biases may be NULL together or apart
// `mean` and `variance` may be NULL when `training`; in training they are updated in place.
ct_status ct_batch_norm(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias, ct_tensor *mean,
                        ct_tensor *variance, bool training, double momentum, double epsilon, ct_tensor **out);
ct_status ct_group_norm(const ct_tensor *x, ptrdiff_t groups, const ct_tensor *weight, const ct_tensor *bias,
                        double epsilon, ct_tensor **out);
ct_status ct_instance_norm(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias, double epsilon,
                           ct_tensor **out);
ct_status ct_layer_norm(const ct_tensor *x, const ptrdiff_t *shape, int32_t rank, const ct_tensor *weight,
                        const ct_tensor *bias, double epsilon, ct_tensor **out);
ct_status ct_local_response_norm(const ct_tensor *x, ptrdiff_t size, double alpha, double beta, double k,
                                 ct_tensor **out);

// a(group norm(x)) + residual in one go, with a(z) = z where z > 0, else slope · z. `slope` holds 1 or C
// learned slopes; where it is NULL, `fixed_slope` is the slope (0: rectifier, 1: no activation). `residual`
// may be NULL.
ct_status ct_normalized_activation(const ct_tensor *x, ptrdiff_t groups, const ct_tensor *weight,
                                   const ct_tensor *bias, double epsilon, const ct_tensor *slope,
                                   double fixed_slope, const ct_tensor *residual, ct_tensor **out);

// ---- activations with arguments (activation.cpp)
ct_status ct_softmax(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out);
ct_status ct_log_softmax(const ct_tensor *x, ptrdiff_t dim, ct_tensor **out);
ct_status ct_leaky_relu(const ct_tensor *x, double slope, ct_tensor **out);
ct_status ct_prelu(const ct_tensor *x, const ct_tensor *slope, ct_tensor **out);
ct_status ct_elu(const ct_tensor *x, double alpha, double scale, double input_scale, ct_tensor **out);
ct_status ct_softplus(const ct_tensor *x, double beta, double threshold, ct_tensor **out);

// ---- pooling and interpolation (pooling.cpp, interpolation.cpp)
ct_status ct_max_pool(const ct_tensor *x, const ptrdiff_t *kernel, const ptrdiff_t *stride,
                      const ptrdiff_t *padding, int32_t dims, bool ceil_mode, ct_tensor **out);
ct_status ct_average_pool(const ct_tensor *x, const ptrdiff_t *kernel, const ptrdiff_t *stride,
                          const ptrdiff_t *padding, int32_t dims, bool ceil_mode, bool count_padding,
                          ct_tensor **out);
ct_status ct_adaptive_average_pool(const ct_tensor *x, const ptrdiff_t *size, int32_t dims, ct_tensor **out);
ct_status ct_adaptive_max_pool(const ct_tensor *x, const ptrdiff_t *size, int32_t dims, ct_tensor **out);
typedef enum ct_interpolation : int32_t {
  CT_NEAREST = 0,
  CT_NEAREST_EXACT,
  CT_LINEAR,
  CT_CUBIC
} ct_interpolation;
// `scales` may be NULL; otherwise positions follow from it rather than from the two sizes.
ct_status ct_interpolate(const ct_tensor *x, const ptrdiff_t *size, const double *scales, int32_t dims,
                         ct_interpolation mode, bool align_corners, ct_tensor **out);

// ---- losses (loss.cpp)
typedef enum ct_loss_reduction : int32_t { CT_LOSS_NONE = 0, CT_LOSS_MEAN, CT_LOSS_SUM } ct_loss_reduction;
// `weight` may be NULL. Targets are class numbers (int64) or probabilities of the logits' shape.
ct_status ct_cross_entropy(const ct_tensor *logits, const ct_tensor *target, const ct_tensor *weight,
                           ct_loss_reduction reduction, int64_t ignored, double smoothing, ct_tensor **out);
// `positive_weight` may be NULL.
ct_status ct_binary_cross_entropy(const ct_tensor *logits, const ct_tensor *target,
                                  const ct_tensor *positive_weight, ct_loss_reduction reduction,
                                  ct_tensor **out);

// dice · (mean of 1 − (2·both + numerator) / (sum + denominator)) + entropy · mean cross entropy, of the
// softmax of logits `[N, C, …]` (float, CPU) with class numbers `[N, 1, …]` (uint8): one pass forward and one
// backward.
bool ct_has_dice_cross_entropy(const ct_tensor *logits, const ct_tensor *target);
ct_status ct_dice_cross_entropy(const ct_tensor *logits, const ct_tensor *target, bool background,
                                bool pooled, bool jaccard, double numerator, double denominator, double dice,
                                double entropy, ct_tensor **out);

// ---- many tensors at once (optimizer.cpp); parameters and states are updated in place
ct_status ct_sgd_step(ct_tensor *const *parameters, ct_tensor *const *gradients, ct_tensor *const *momenta,
                      int32_t count, double rate, double momentum, double dampening, double decay,
                      bool nesterov, bool first);
// `steps` are float scalars, one for each parameter; `decoupled` is AdamW.
ct_status ct_adam_step(ct_tensor *const *parameters, ct_tensor *const *gradients, ct_tensor *const *means,
                       ct_tensor *const *squares, ct_tensor *const *steps, int32_t count, double rate,
                       double beta1, double beta2, double epsilon, double decay, bool decoupled);
// The Euclidean norm over all tensors together.
ct_status ct_global_norm(ct_tensor *const *tensors, int32_t count, double *norm);
ct_status ct_scale_all(ct_tensor *const *tensors, int32_t count, double factor);
// targets = targets + weight * (sources - targets)
ct_status ct_lerp_all(ct_tensor *const *targets, ct_tensor *const *sources, int32_t count, double weight);

#ifdef __cplusplus
}
#endif
#endif
