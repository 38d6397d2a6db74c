//go:build cgo

// NEON: every 64-bit ARM processor; and its byte product (DOTPROD), which
// Apple's and most others' have had since 2018.

#include "portable.h"
#include <arm_neon.h>

// signed16 reads 16 codes of a row: flipping the top bit takes 128 away.
static inline int8x16_t signed16(const uint8_t *p)
{
	return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(p), vdupq_n_u8(0x80)));
}

static void dots(const uint8_t *rows, size_t stride, const int8_t *query, int32_t bias, size_t n, int32_t *out)
{
	(void)bias;
	for (size_t i = 0; i < n; i++, rows += stride) {
		int32x4_t a = vdupq_n_s32(0), b = a;
		for (size_t d = 0; d < stride; d += 16) {
			int8x16_t r = signed16(rows + d), q = vld1q_s8(query + d);
			a = vpadalq_s16(a, vmull_s8(vget_low_s8(r), vget_low_s8(q)));
			b = vpadalq_s16(b, vmull_high_s8(r, q));
		}
		out[i] = vaddvq_s32(vaddq_s32(a, b));
	}
}

static void distances(const uint64_t *blocks, size_t words, const uint64_t *query, size_t n, int32_t *out)
{
	for (size_t b = 0; b < n; b++, blocks += 8 * words, out += 8) {
		for (int pair = 0; pair < 8; pair += 2) {
			uint64x2_t sum = vdupq_n_u64(0);
			for (size_t w = 0; w < words;) {
				// A byte counts to 255, and a word adds at most 8 to it.
				size_t stop = w + 31 < words ? w + 31 : words;
				uint8x16_t bytes = vdupq_n_u8(0);
				for (; w < stop; w++) {
					uint64x2_t x = veorq_u64(vld1q_u64(blocks + 8 * w + pair), vdupq_n_u64(query[w]));
					bytes = vaddq_u8(bytes, vcntq_u8(vreinterpretq_u8_u64(x)));
				}
				sum = vaddq_u64(sum, vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(bytes))));
			}
			vst1_s32(out + pair, vreinterpret_s32_u32(vmovn_u64(sum)));
		}
	}
}

static float quantise(int8_t *out, const float *v, size_t n)
{
	float32x4_t most = vdupq_n_f32(0);
	size_t i = 0;
	for (; i + 4 <= n; i += 4)
		most = vmaxq_f32(most, vabsq_f32(vld1q_f32(v + i)));
	float top = portable_top(v + i, n - i, vmaxvq_f32(most)), factor = 127.0f / top;
	for (i = 0; i + 8 <= n; i += 8) {
		int32x4_t lo = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(v + i), factor));
		int32x4_t hi = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(v + i + 4), factor));
		vst1_s8(out + i, vqmovn_s16(vcombine_s16(vqmovn_s32(lo), vqmovn_s32(hi))));
	}
	portable_codes(out + i, v + i, n - i, factor);
	return top;
}

static void signs(uint64_t *out, const float *v, size_t n)
{
	static const uint32_t places[4] = {1, 2, 4, 8};
	const uint32x4_t place = vld1q_u32(places);
	size_t i = 0;
	for (; i + 64 <= n; i += 64) {
		uint64_t word = 0;
		for (size_t j = 0; j < 64; j += 4)
			word |= (uint64_t)vaddvq_u32(vandq_u32(vcgtzq_f32(vld1q_f32(v + i + j)), place)) << j;
		out[i / 64] = word;
	}
	portable_signs(out, v, n, i);
}

static double dot(const float *a, const float *b, size_t n)
{
	float64x2_t s = vdupq_n_f64(0), t = s;
	size_t i = 0;
	for (; i + 4 <= n; i += 4) {
		float32x4_t x = vld1q_f32(a + i), y = vld1q_f32(b + i);
		s = vfmaq_f64(s, vcvt_f64_f32(vget_low_f32(x)), vcvt_f64_f32(vget_low_f32(y)));
		t = vfmaq_f64(t, vcvt_high_f64_f32(x), vcvt_high_f64_f32(y));
	}
	return vaddvq_f64(vaddq_f64(s, t)) + portable_dot(a + i, b + i, n - i);
}

const kernels_path kernels_neon = {dots, distances, quantise, signs, dot};

// Compilers that know the instruction only where all code may use it leave
// dots empty, and dispatch.c passes the path over.
#if defined(__ARM_FEATURE_DOTPROD)
#define TARGET
#elif defined(__clang__) && __clang_major__ >= 16
#define TARGET __attribute__((target("dotprod")))
#elif defined(__GNUC__) && !defined(__clang__)
#define TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

#if defined(TARGET)
TARGET static void dots_by_four(const uint8_t *rows, size_t stride, const int8_t *query, int32_t bias, size_t n, int32_t *out)
{
	(void)bias;
	for (size_t i = 0; i < n; i++, rows += stride) {
		int32x4_t a = vdupq_n_s32(0), b = a, c = a, e = a;
		for (size_t d = 0; d < stride; d += 64) {
			a = vdotq_s32(a, signed16(rows + d), vld1q_s8(query + d));
			b = vdotq_s32(b, signed16(rows + d + 16), vld1q_s8(query + d + 16));
			c = vdotq_s32(c, signed16(rows + d + 32), vld1q_s8(query + d + 32));
			e = vdotq_s32(e, signed16(rows + d + 48), vld1q_s8(query + d + 48));
		}
		out[i] = vaddvq_s32(vaddq_s32(vaddq_s32(a, b), vaddq_s32(c, e)));
	}
}
#else
#define dots_by_four NULL
#endif

const kernels_path kernels_neon_dot = {dots_by_four, distances, quantise, signs, dot};
