// Four floats at once, for rows.h.
#define TARGET
#define LANES 4
#include "encoder.h"
#include <arm_neon.h>

typedef float32x4_t floats;
typedef int32x4_t ints;

#define INLINE static inline __attribute__((always_inline))

INLINE floats load(const float *p) { return vld1q_f32(p); }
INLINE void store(float *p, floats x) { vst1q_f32(p, x); }
INLINE floats all(float x) { return vdupq_n_f32(x); }
INLINE ints all_ints(int32_t x) { return vdupq_n_s32(x); }
INLINE floats fma_of(floats a, floats b, floats c) { return vfmaq_f32(c, a, b); }
INLINE floats least(floats a, floats b) { return vminq_f32(a, b); }
INLINE floats most(floats a, floats b) { return vmaxq_f32(a, b); }
INLINE floats size_of(floats a) { return vabsq_f32(a); }
INLINE ints rounded(floats a) { return vcvtnq_s32_f32(a); }
INLINE floats floats_of(ints a) { return vcvtq_f32_s32(a); }
INLINE ints shifted(ints a, int by) { return vshlq_s32(a, vdupq_n_s32(by)); }
INLINE floats floats_in(ints a) { return vreinterpretq_f32_s32(a); }
INLINE float least_of(floats a) { return vminvq_f32(a); }
INLINE float most_of(floats a) { return vmaxvq_f32(a); }
INLINE float total(floats a) { return vaddvq_f32(a); }
INLINE int32_t total_ints(ints a) { return vaddvq_s32(a); }

// store_codes writes the numbers as bytes, cut to 0 to 255.
INLINE void store_codes(uint8_t *p, ints a)
{
	uint16x4_t words = vqmovun_s32(a);
	uint32_t bytes = vget_lane_u32(vreinterpret_u32_u8(vqmovn_u16(vcombine_u16(words, words))), 0);
	__builtin_memcpy(p, &bytes, 4);
}

INLINE void store_ints(int32_t *p, ints a) { vst1q_s32(p, a); }
