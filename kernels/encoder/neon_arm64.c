//go:build cgo

// NEON: every 64-bit ARM processor. It multiplies signed bytes only, so 128 is
// taken from a row's codes, and from its zero.

#include "lanes_neon.h"
#include "rows.h"

// four_signed repeats four codes of a row, less 128.
INLINE int8x16_t four_signed(const uint8_t *p)
{
	uint32_t four;
	memcpy(&four, p, 4);
	return vreinterpretq_s8_u32(vdupq_n_u32(four ^ 0x80808080));
}

// finish turns sums of four outputs from at on into floats of one row.
INLINE void finish(ints sum, const encoder_rows *a, size_t row, const encoder_matrix *w, size_t at, float *out, size_t ld, int gelu)
{
	int32_t zero = (a->zero ? a->zero[row] : 0) - 128;
	sum = vmlsq_n_s32(sum, vld1q_s32(w->sum + at), zero);
	floats bias = w->bias ? load(w->bias + at) : all(0.0f);
	floats y = fma_of(floats_of(sum) * load(w->scale + at), all(a->scale[row]), bias);
	store(out + row * ld + at, gelu ? gelu_of(y) : y);
}

INLINE void tile_wide(const encoder_rows *a, size_t row, const encoder_matrix *w, size_t block, float *out, size_t ld, int gelu)
{
	const int8_t *codes = w->codes + block * w->depth;
	const uint8_t *x = a->codes + row * a->stride;
	ints sums[8];
	UNROLL
	for (int q = 0; q < 8; q++)
		sums[q] = all_ints(0);
	for (size_t i = 0; i < w->depth; i += 4, codes += 64) {
		int8x16_t four = four_signed(x + i);
		UNROLL
		for (int q = 0; q < 4; q++) {
			int8x16_t weights = vld1q_s8(codes + 16 * q);
			sums[2 * q] = vpadalq_s16(sums[2 * q], vmull_s8(vget_low_s8(weights), vget_low_s8(four)));
			sums[2 * q + 1] = vpadalq_s16(sums[2 * q + 1], vmull_high_s8(weights, four));
		}
	}
	UNROLL
	for (size_t q = 0; q < 4; q++)
		finish(vpaddq_s32(sums[2 * q], sums[2 * q + 1]), a, row, w, block + 4 * q, out, ld, gelu);
}

static void multiply(const encoder_rows *a, const encoder_matrix *w, float *out, size_t ld, int gelu)
{
	for (size_t block = 0; block < w->outputs; block += 16)
		for (size_t row = 0; row < a->rows; row++)
			tile_wide(a, row, w, block, out, ld, gelu);
}

const encoder_path encoder_neon = {multiply, quantise, normalise, softmax, pack_keys, pack_values};

// DOTPROD, which Apple's processors and most others have had since 2018, adds
// products of bytes in fours. Compilers that know it only where all code may
// use it make do without: kernels passes the path over then.
#if defined(__ARM_FEATURE_DOTPROD)
#define DOT_TARGET
#elif defined(__clang__) && __clang_major__ >= 16
#define DOT_TARGET __attribute__((target("dotprod")))
#elif defined(__GNUC__) && !defined(__clang__)
#define DOT_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

#if defined(DOT_TARGET)
#define ROWS 4 // of 16 outputs each: sixteen registers of sums

DOT_TARGET static void tile(const encoder_rows *a, size_t row, const encoder_matrix *w, size_t block, float *out, size_t ld, int gelu)
{
	size_t left = a->rows - row < ROWS ? a->rows - row : ROWS;
	const int8_t *codes = w->codes + block * w->depth;
	const uint8_t *rows[ROWS];
	ints sums[ROWS][4];
	UNROLL
	for (size_t r = 0; r < ROWS; r++) {
		// The last row stands in for those that are not there.
		rows[r] = a->codes + (row + (r < left ? r : left - 1)) * a->stride;
		UNROLL
		for (int q = 0; q < 4; q++)
			sums[r][q] = all_ints(0);
	}
	for (size_t i = 0; i < w->depth; i += 4, codes += 64) {
		int8x16_t weights[4];
		UNROLL
		for (int q = 0; q < 4; q++)
			weights[q] = vld1q_s8(codes + 16 * q);
		UNROLL
		for (size_t r = 0; r < ROWS; r++) {
			int8x16_t four = four_signed(rows[r] + i);
			UNROLL
			for (int q = 0; q < 4; q++)
				sums[r][q] = vdotq_s32(sums[r][q], weights[q], four);
		}
	}
	UNROLL
	for (size_t r = 0; r < ROWS; r++) {
		if (r >= left)
			continue;
		UNROLL
		for (size_t q = 0; q < 4; q++)
			finish(sums[r][q], a, row + r, w, block + 4 * q, out, ld, gelu);
	}
}

static void multiply_by_four(const encoder_rows *a, const encoder_matrix *w, float *out, size_t ld, int gelu)
{
	for (size_t block = 0; block < w->outputs; block += 16)
		for (size_t row = 0; row < a->rows; row += ROWS)
			tile(a, row, w, block, out, ld, gelu);
}
#else
#define multiply_by_four multiply
#endif

const encoder_path encoder_neon_dot = {multiply_by_four, quantise, normalise, softmax, pack_keys, pack_values};
