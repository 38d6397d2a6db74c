//go:build cgo

// AVX2. No product of its bytes that cannot saturate adds more than two, so
// bytes are widened first: an output's sums stand in two halves side by side.

#define TARGET __attribute__((target("avx2,fma")))
#include "lanes_avx.h"
#include "rows.h"

#define ROWS 2 // of 16 outputs each: eight registers of sums

INLINE __m256i four_codes(const uint8_t *p)
{
	int32_t four;
	memcpy(&four, p, 4);
	return _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
}

INLINE void tile(const encoder_rows *a, size_t row, const encoder_matrix *w, size_t block, float *out, size_t ld, int gelu)
{
	size_t left = a->rows - row < ROWS ? 1 : ROWS;
	const int8_t *codes = w->codes + block * w->depth;
	const uint8_t *rows[ROWS] = {a->codes + row * a->stride, a->codes + (row + left - 1) * a->stride};
	__m256i sums[ROWS][4];
	UNROLL
	for (int r = 0; r < ROWS; r++)
		UNROLL
		for (int q = 0; q < 4; q++)
			sums[r][q] = _mm256_setzero_si256();
	for (size_t i = 0; i < w->depth; i += 4, codes += 64) {
		__m256i x = four_codes(rows[0] + i), y = four_codes(rows[1] + i);
		UNROLL
		for (int q = 0; q < 4; q++) {
			__m256i weights = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(codes + 16 * q)));
			sums[0][q] = _mm256_add_epi32(sums[0][q], _mm256_madd_epi16(x, weights));
			sums[1][q] = _mm256_add_epi32(sums[1][q], _mm256_madd_epi16(y, weights));
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
			__m256i both = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sums[r][2 * q], sums[r][2 * q + 1]), 0xd8);
			ints sum = (ints)both - all_ints(zero) * (ints)_mm256_loadu_si256((const __m256i *)(w->sum + at));
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

const encoder_path encoder_avx2 = {multiply, quantise, normalise, softmax, pack_keys, pack_values};
