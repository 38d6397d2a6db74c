//go:build cgo

// AVX-VNNI: the byte product in 256-bit registers, on Intel's laptops since
// 2021, which have no AVX-512.

#define TARGET __attribute__((target("avx2,fma,avxvnni")))
#include "lanes_avx.h"
#include "rows.h"

#define ROWS 5 // of 16 outputs each: ten registers of sums; of twelve compilers keep one in memory

INLINE void tile(const encoder_rows *a, size_t row, const encoder_matrix *w, size_t block, float *out, size_t ld, int gelu)
{
	size_t left = a->rows - row < ROWS ? a->rows - row : ROWS;
	const int8_t *codes = w->codes + block * w->depth;
	const uint8_t *rows[ROWS];
	__m256i sums[ROWS][2];
	UNROLL
	for (size_t r = 0; r < ROWS; r++) {
		// The last row stands in for those that are not there.
		rows[r] = a->codes + (row + (r < left ? r : left - 1)) * a->stride;
		sums[r][0] = sums[r][1] = _mm256_setzero_si256();
	}
	for (size_t i = 0; i < w->depth; i += 4, codes += 64) {
		__m256i low = _mm256_loadu_si256((const __m256i *)codes), high = _mm256_loadu_si256((const __m256i *)(codes + 32));
		UNROLL
		for (size_t r = 0; r < ROWS; r++) {
			int32_t four;
			memcpy(&four, rows[r] + i, 4);
			__m256i x = _mm256_set1_epi32(four);
			sums[r][0] = _mm256_dpbusd_avx_epi32(sums[r][0], x, low);
			sums[r][1] = _mm256_dpbusd_avx_epi32(sums[r][1], x, high);
		}
	}
	UNROLL
	for (size_t r = 0; r < ROWS; r++) {
		if (r >= left)
			continue;
		int32_t zero = a->zero ? a->zero[row + r] : 0;
		UNROLL
		for (size_t q = 0; q < 2; q++) {
			size_t at = block + 8 * q;
			ints sum = (ints)sums[r][q] - all_ints(zero) * (ints)_mm256_loadu_si256((const __m256i *)(w->sum + at));
			floats bias = w->bias ? load(w->bias + at) : all(0.0f);
			floats y = fma_of(floats_of(sum) * load(w->scale + at), all(a->scale[row + r]), bias);
			store(out + (row + r) * ld + at, gelu ? gelu_of(y) : y);
		}
	}
}

TARGET static void multiply(const encoder_rows *a, const encoder_matrix *w, float *out, size_t ld, int gelu)
{
	for (size_t block = 0; block < w->outputs; block += 16)
		for (size_t row = 0; row < a->rows; row += ROWS)
			tile(a, row, w, block, out, ld, gelu);
}

const encoder_path encoder_avx_vnni = {multiply, quantise, normalise, softmax, pack_keys, pack_values};
