// What the C kernels promise to Go, and what each path provides.
#ifndef KERNELS_H
#define KERNELS_H

#include <stddef.h>
#include <stdint.h>

// The numbers are those of Path in path.go.
enum {
	KERNELS_PORTABLE = 2,
	KERNELS_NEON,
	KERNELS_NEON_DOT,
	KERNELS_AVX2,
	KERNELS_AVX_VNNI,
	KERNELS_AVX512,
	KERNELS_PATHS,
};

// A row that a scan kept. Laid out like kept in top.go.
typedef struct {
	int64_t id;
	float score;
	uint32_t slot;
} kernels_hit;

// The loops that are worth writing once per processor. Integer results are the
// same on every path, and so are quantised codes.
typedef struct {
	// dots writes the products of n consecutive rows with the query. A row is
	// stride bytes, a multiple of 64, of codes plus 128; the query is stride
	// plain codes, zero where the row is padding. bias is 128 times the sum of
	// the query's codes.
	void (*dots)(const uint8_t *rows, size_t stride, const int8_t *query, int32_t bias, size_t n, int32_t *out);

	// distances writes the Hamming distances of the 8 rows of each of n blocks.
	// In a block, word w of its 8 rows lies side by side at 8*w.
	void (*distances)(const uint64_t *blocks, size_t words, const uint64_t *query, size_t n, int32_t *out);

	// quantise writes x*127/max|x| rounded to even, and returns max|x|, which
	// must be finite and not so small that 127/max|x| overflows.
	float (*quantise)(int8_t *out, const float *v, size_t n);

	// signs sets bit i where v[i] > 0, and clears the rest of the last word.
	void (*signs)(uint64_t *out, const float *v, size_t n);

	// dot sums products in double, in an order of the path's own.
	double (*dot)(const float *a, const float *b, size_t n);
} kernels_path;

extern const kernels_path kernels_portable;
#if defined(__aarch64__)
extern const kernels_path kernels_neon, kernels_neon_dot;
#endif
#if defined(__x86_64__)
extern const kernels_path kernels_avx2, kernels_avx_vnni, kernels_avx512;
#endif

// kernels_available returns the paths this machine can run: bit n is path n.
uint32_t kernels_available(void);

// kernels_of returns the loops of a path that is available.
const kernels_path *kernels_of(int path);

float kernels_quantise(int path, int8_t *out, const float *v, size_t n);
void kernels_signs(int path, uint64_t *out, const float *v, size_t n);
double kernels_dot(int path, const float *a, const float *b, size_t n);

// kernels_scan_dots offers every row whose bit is set in want (words words, 64
// rows each) to the heap of each query, with the score dot * scale. Query q's
// codes lie at queries + q*stride, its heap at hits + q*k, its size in
// counts[q]. Row 0 has slot first.
void kernels_scan_dots(int path, const uint8_t *rows, size_t stride, const float *scales, const int64_t *ids,
		       const uint64_t *want, size_t words, const int8_t *queries, const int32_t *biases,
		       size_t nq, uint32_t first, kernels_hit *hits, int32_t *counts, int32_t k);

// kernels_scan_bits does the same by distance: the score is its negative.
// Query q's bits lie at queries + q*width; a row has width words. Rows farther
// than limits[q] are left out.
void kernels_scan_bits(int path, const uint64_t *blocks, size_t width, const int64_t *ids, const uint64_t *want,
		       size_t words, const uint64_t *queries, const int32_t *limits, size_t nq, uint32_t first,
		       kernels_hit *hits, int32_t *counts, int32_t k);

#endif
