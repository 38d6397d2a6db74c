//go:build cgo

// From the number of a path to its loops, and from Go's parts to rows and
// matrices. Which paths this machine has is asked in the package above.
#include "encoder.h"

const encoder_path *encoder_of(int path)
{
	switch (path) {
#if defined(__x86_64__)
	case ENCODER_AVX2:
		return &encoder_avx2;
	case ENCODER_AVX_VNNI:
		return &encoder_avx_vnni;
	case ENCODER_AVX512:
		return &encoder_avx512;
#elif defined(__aarch64__)
	case ENCODER_NEON:
		return &encoder_neon;
	case ENCODER_NEON_DOT:
		return &encoder_neon_dot;
#endif
	default:
		return &encoder_portable;
	}
}

void encoder_multiply(int path, uint8_t *codes, size_t stride, size_t rows, float *scale, int32_t *zero,
		      int8_t *wcodes, float *wscale, int32_t *wsum, const float *bias, size_t outputs, size_t depth,
		      float *out, size_t ld, int gelu)
{
	encoder_rows a = {codes, stride, rows, scale, zero};
	encoder_matrix w = {wcodes, wscale, wsum, bias, outputs, depth};
	encoder_of(path)->multiply(&a, &w, out, ld, gelu);
}

void encoder_quantise(int path, const float *x, size_t ld, size_t n, uint8_t *codes, size_t stride, size_t rows,
		      float *scale, int32_t *zero)
{
	encoder_rows out = {codes, stride, rows, scale, zero};
	encoder_of(path)->quantise(x, ld, n, &out);
}

void encoder_normalise(int path, float *x, const float *y, size_t n, const float *gain, const float *bias, float epsilon,
		       uint8_t *codes, size_t stride, size_t rows, float *scale, int32_t *zero)
{
	encoder_rows out = {codes, stride, rows, scale, zero};
	encoder_of(path)->normalise(x, y, n, gain, bias, epsilon, &out);
}
