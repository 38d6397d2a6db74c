//go:build cgo

// The loops in plain C: for processors without a path of their own, and the
// ends of vectors that the other paths leave.
#include "portable.h"

static void dots(const uint8_t *rows, size_t stride, const int8_t *query, int32_t bias, size_t n, int32_t *out)
{
	for (size_t i = 0; i < n; i++, rows += stride) {
		int32_t sum = 0;
		for (size_t d = 0; d < stride; d++)
			sum += (int32_t)rows[d] * query[d];
		out[i] = sum - bias;
	}
}

static void distances(const uint64_t *blocks, size_t words, const uint64_t *query, size_t n, int32_t *out)
{
	for (size_t b = 0; b < n; b++, blocks += 8 * words, out += 8) {
		for (int i = 0; i < 8; i++) {
			int32_t sum = 0;
			for (size_t w = 0; w < words; w++)
				sum += portable_popcount(blocks[8 * w + i] ^ query[w]);
			out[i] = sum;
		}
	}
}

static float quantise(int8_t *out, const float *v, size_t n)
{
	float top = portable_top(v, n, 0);
	portable_codes(out, v, n, 127.0f / top);
	return top;
}

static void signs(uint64_t *out, const float *v, size_t n)
{
	portable_signs(out, v, n, 0);
}

static double dot(const float *a, const float *b, size_t n)
{
	return portable_dot(a, b, n);
}

const kernels_path kernels_portable = {dots, distances, quantise, signs, dot};
