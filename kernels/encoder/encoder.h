// What the encoder's C promises to Go, and what each path provides.
#ifndef ENCODER_H
#define ENCODER_H

#include <stddef.h>
#include <stdint.h>

// Before a loop whose sums must stay in registers.
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

// The numbers are those of kernels.Path.
enum {
	ENCODER_PORTABLE = 2,
	ENCODER_NEON,
	ENCODER_NEON_DOT,
	ENCODER_AVX2,
	ENCODER_AVX_VNNI,
	ENCODER_AVX512,
};

// Rows of whole numbers: number i of row r is (codes[r*stride+i] - zero[r]) *
// scale[r]. A zero of NULL means zeros.
typedef struct {
	uint8_t *codes;
	size_t stride, rows;
	float *scale;
	int32_t *zero;
} encoder_rows;

// A matrix of whole numbers, with an output for each column of a product.
// Output o's weight for input i lies at codes[(o/16*depth + i/4*4)*16 + o%16*4
// + i%4], times scale[o]. sum[o] adds its codes. Outputs are a multiple of 16,
// depth of 4; a bias of NULL means zeros.
typedef struct {
	int8_t *codes;
	float *scale;
	int32_t *sum;
	const float *bias;
	size_t outputs, depth;
} encoder_matrix;

// The loops that are written once per processor. Whole numbers are the same on
// every path where they are made of the same floats.
typedef struct {
	// multiply writes the products of rows and outputs, row r's at out + r*ld:
	// summed exactly, then scaled, bias added, and gelu taken if asked for.
	void (*multiply)(const encoder_rows *a, const encoder_matrix *w, float *out, size_t ld, int gelu);

	// quantise turns rows of n floats, a multiple of 16, into codes that reach
	// from the least to the greatest of 0 and the row's numbers.
	void (*quantise)(const float *x, size_t ld, size_t n, encoder_rows *out);

	// normalise adds y (unless NULL) to rows of n floats in x, brings each to
	// mean 0 and variance 1, applies gain and bias, and quantises it.
	void (*normalise)(float *x, const float *y, size_t n, const float *gain, const float *bias, float epsilon, encoder_rows *out);

	// softmax turns rows of n logarithms to base 2 (room for a multiple of 16)
	// into codes whose zero is 0 and whose scale makes them add up to one. Codes from n to
	// the next multiple of 16 are 0.
	void (*softmax)(float *x, size_t ld, size_t n, encoder_rows *out);

	// pack_keys makes rows of n floats the outputs of a matrix.
	void (*pack_keys)(const float *x, size_t ld, size_t rows, size_t n, encoder_matrix *out);

	// pack_values makes their columns the outputs, the rows the inputs.
	void (*pack_values)(const float *x, size_t ld, size_t rows, size_t n, encoder_matrix *out);
} encoder_path;

extern const encoder_path encoder_portable;
#if defined(__aarch64__)
extern const encoder_path encoder_neon, encoder_neon_dot;
#endif
#if defined(__x86_64__)
extern const encoder_path encoder_avx2, encoder_avx_vnni, encoder_avx512;
#endif

// encoder_of returns the loops of a path that is available.
const encoder_path *encoder_of(int path);

// What Go calls. Rows are given in parts, so that no memory of Go's holds a
// pointer to other such memory.
void encoder_multiply(int path, uint8_t *codes, size_t stride, size_t rows, float *scale, int32_t *zero,
		      int8_t *wcodes, float *wscale, int32_t *wsum, const float *bias, size_t outputs, size_t depth,
		      float *out, size_t ld, int gelu);
void encoder_quantise(int path, const float *x, size_t ld, size_t n, uint8_t *codes, size_t stride, size_t rows,
		      float *scale, int32_t *zero);
void encoder_normalise(int path, float *x, const float *y, size_t n, const float *gain, const float *bias, float epsilon,
		       uint8_t *codes, size_t stride, size_t rows, float *scale, int32_t *zero);

// encoder_attend lets each of rows tokens of one passage attend to all, for one
// head of width numbers, a multiple of 16: x holds its query, key and value
// side by side. scratch has encoder_scratch bytes, aligned to 64.
void encoder_attend(int path, const float *x, size_t ld, size_t rows, size_t width, float *out, size_t out_ld, void *scratch);
size_t encoder_scratch(size_t rows, size_t width);

#endif
