#include "boundary.hpp"
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/ops/bernoulli.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/normal.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/uniform.h>
#include <mutex>

ct_status ct_generator_create(ct_device device, uint64_t seed, ct_generator **out) {
  *out = nullptr;
  return ct::guarded([&] {
    auto place = ct::device(device);
    auto generator =
        place.is_cpu()
            ? at::make_generator<at::CPUGeneratorImpl>(seed)
            : at::globalContext().getAcceleratorHooksInterface(place.type()).getNewGenerator(place.index());
    generator.set_current_seed(seed);
    *out = new ct_generator{std::move(generator)};
  });
}

void ct_generator_release(ct_generator *generator) { delete generator; }

ct_status ct_generator_state(const ct_generator *generator, ct_tensor **out) {
  return ct::produce(out, [&] {
    auto shared = generator->value;
    std::lock_guard<std::mutex> lock(shared.mutex());
    return shared.get_state();
  });
}

ct_status ct_generator_restore(ct_generator *generator, const ct_tensor *state) {
  return ct::guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    generator->value.set_state(state->value);
  });
}

namespace {

at::Tensor blank(const ptrdiff_t *sizes, int32_t rank, ct_dtype dtype, ct_device device) {
  return at::empty(ct::dims(sizes, rank),
                   at::TensorOptions().dtype(ct::scalar_type(dtype)).device(ct::device(device)));
}

} // namespace

ct_status ct_normal(const ptrdiff_t *sizes, int32_t rank, double mean, double deviation, ct_dtype dtype,
                    ct_device device, ct_generator *generator, ct_tensor **out) {
  return ct::produce(
      out, [&] { return blank(sizes, rank, dtype, device).normal_(mean, deviation, generator->value); });
}

ct_status ct_uniform(const ptrdiff_t *sizes, int32_t rank, double low, double high, ct_dtype dtype,
                     ct_device device, ct_generator *generator, ct_tensor **out) {
  return ct::produce(out,
                     [&] { return blank(sizes, rank, dtype, device).uniform_(low, high, generator->value); });
}

ct_status ct_bernoulli(const ptrdiff_t *sizes, int32_t rank, double probability, ct_dtype dtype,
                       ct_device device, ct_generator *generator, ct_tensor **out) {
  return ct::produce(
      out, [&] { return blank(sizes, rank, dtype, device).bernoulli_(probability, generator->value); });
}

ct_status ct_permutation(ptrdiff_t count, ct_generator *generator, ct_tensor **out) {
  return ct::produce(out, [&] { return at::randperm(count, generator->value, at::kLong); });
}
