// memory runs every loop of every path this processor has, on blocks of memory
// that end where the numbers end, and compares the paths. It is for valgrind,
// which sees a byte read past an end or before it was written, and which a Go
// program is too much for. kernels/check.sh builds and runs it.
#include "../encoder/encoder.h"
#include "../kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 12345;

static uint32_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static float number(void)
{
	return (float)((double)draw() / UINT32_MAX * 4 - 2);
}

// room returns a block of exactly this size, on a line of the cache.
static void *room(size_t size)
{
	void *p = NULL;
	if (posix_memalign(&p, 64, size ? size : 1))
		exit(2);
	return p;
}

static float *numbers(size_t n)
{
	float *v = room(n * sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = number();
	return v;
}

static void must(int ok, const char *what, int path)
{
	if (ok)
		return;
	fprintf(stderr, "path %d parts from the portable one: %s\n", path, what);
	exit(1);
}

enum { QUERIES = 2, KEPT = 5 };

// kept are the heaps that a scan fills.
typedef struct {
	kernels_hit hits[QUERIES * KEPT];
	int32_t counts[QUERIES];
} kept;

static int alike(const kept *a, const kept *b)
{
	if (memcmp(a->counts, b->counts, sizeof a->counts))
		return 0;
	for (int q = 0; q < QUERIES; q++)
		for (int i = 0; i < a->counts[q]; i++) {
			kernels_hit x = a->hits[q * KEPT + i], y = b->hits[q * KEPT + i];
			if (x.id != y.id || x.score != y.score || x.slot != y.slot)
				return 0;
		}
	return 1;
}

// scan searches rows of n numbers, a word of them, some not wanted.
static void scan(uint32_t paths, size_t n)
{
	size_t stride = (n + 63) / 64 * 64, width = (n + 63) / 64, words = 2, rows = words * 64;
	uint8_t *codes = room(rows * stride);
	uint64_t *bits = room(rows * width * sizeof *bits), *sign = room(width * sizeof *sign), *want = room(words * sizeof *want);
	uint64_t *qbits = room(QUERIES * width * sizeof *qbits);
	float *scales = room(rows * sizeof *scales);
	int64_t *ids = room(rows * sizeof *ids);
	int8_t *code = room(n), *qcodes = room(QUERIES * stride), *again = room(n);
	int32_t biases[QUERIES] = {0}, limits[QUERIES];
	kept dots = {0}, distances = {0};

	memset(codes, 128, rows * stride);
	memset(qcodes, 0, QUERIES * stride);
	for (size_t r = 0; r < rows + QUERIES; r++) {
		float *v = numbers(n);
		float top = kernels_quantise(KERNELS_PORTABLE, code, v, n);
		kernels_signs(KERNELS_PORTABLE, sign, v, n);
		for (int p = KERNELS_PORTABLE + 1; p < KERNELS_PATHS; p++) {
			if (!(paths >> p & 1))
				continue;
			uint64_t *mine = room(width * sizeof *mine);
			must(kernels_quantise(p, again, v, n) == top && !memcmp(again, code, n), "quantise", p);
			kernels_signs(p, mine, v, n);
			must(!memcmp(mine, sign, width * sizeof *mine), "signs", p);
			double gap = kernels_dot(p, v, v, n) - kernels_dot(KERNELS_PORTABLE, v, v, n);
			must(gap < 1e-6 && gap > -1e-6, "dot", p);
			free(mine);
		}
		if (r < rows) {
			for (size_t i = 0; i < n; i++)
				codes[r * stride + i] = (uint8_t)(code[i] + 128);
			for (size_t w = 0; w < width; w++)
				bits[r / 8 * 8 * width + w * 8 + r % 8] = sign[w];
			scales[r] = top / 127;
			ids[r] = (int64_t)(1000 - r);
		} else {
			size_t q = r - rows;
			memcpy(qcodes + q * stride, code, n);
			memcpy(qbits + q * width, sign, width * sizeof *sign);
			for (size_t i = 0; i < n; i++)
				biases[q] += 128 * code[i];
			limits[q] = (int32_t)n;
		}
		free(v);
	}
	want[0] = 0xf0f0ffff00010ff1;
	want[1] = 0x8000000000000001;
	for (int p = KERNELS_PORTABLE; p < KERNELS_PATHS; p++) {
		if (!(paths >> p & 1))
			continue;
		kept a = {0}, b = {0};
		kernels_scan_dots(p, codes, stride, scales, ids, want, words, qcodes, biases, QUERIES, 7, a.hits, a.counts, KEPT);
		kernels_scan_bits(p, bits, width, ids, want, words, qbits, limits, QUERIES, 7, b.hits, b.counts, KEPT);
		if (p == KERNELS_PORTABLE) {
			dots = a;
			distances = b;
			must(a.counts[0] == KEPT && b.counts[1] == KEPT, "a scan keeps nothing", p);
		}
		must(alike(&a, &dots), "scan of codes", p);
		must(alike(&b, &distances), "scan of bits", p);
	}
	free(codes), free(bits), free(sign), free(want), free(qbits), free(scales), free(ids), free(code), free(qcodes), free(again);
}

// near reports whether floats agree within rounding: they are summed in each
// path's own order.
static int near(const float *a, const float *b, size_t n, float within)
{
	for (size_t i = 0; i < n; i++) {
		float gap = a[i] - b[i], size = b[i] < 0 ? -b[i] : b[i];
		if (!(gap < within * (1 + size) && gap > -within * (1 + size)))
			return 0;
	}
	return 1;
}

// layer does to rows of depth numbers what a layer of a model does.
static void layer(uint32_t paths, size_t rows, size_t depth, size_t outputs, size_t head)
{
	float *x = numbers(rows * depth), *y = numbers(rows * depth), *gain = numbers(depth), *shift = numbers(depth);
	float *wscale = numbers(outputs), *bias = numbers(outputs), *qkv = numbers(rows * 3 * head);
	int8_t *weights = room(outputs * depth);
	int32_t *wsum = calloc(outputs, sizeof *wsum);
	float *first[3] = {0};
	const char *loops[3] = {"product", "norm", "attention"};

	for (size_t o = 0; o < outputs; o++)
		for (size_t i = 0; i < depth; i++) {
			int8_t c = (int8_t)((int)(draw() % 255) - 127);
			weights[(o / 16 * depth + i / 4 * 4) * 16 + o % 16 * 4 + i % 4] = c;
			wsum[o] += c;
		}
	for (int p = KERNELS_PORTABLE; p < KERNELS_PATHS; p++) {
		if (!(paths >> p & 1))
			continue;
		uint8_t *codes = room(rows * depth);
		float *scale = room(rows * sizeof *scale), *mine = room(rows * depth * sizeof *mine);
		int32_t *zero = room(rows * sizeof *zero);
		float *out[3] = {room(rows * outputs * sizeof(float)), mine, room(rows * head * sizeof(float))};
		size_t sizes[3] = {rows * outputs, rows * depth, rows * head};
		void *scratch = room(encoder_scratch(rows, head));

		encoder_quantise(p, x, depth, depth, codes, depth, rows, scale, zero);
		encoder_multiply(p, codes, depth, rows, scale, zero, weights, wscale, wsum, bias, outputs, depth, out[0], outputs, 1);
		memcpy(mine, x, rows * depth * sizeof *mine);
		encoder_normalise(p, mine, y, depth, gain, shift, 1e-12f, codes, depth, rows, scale, zero);
		encoder_attend(p, qkv, 3 * head, rows, head, out[2], head, scratch);
		for (int i = 0; i < 3; i++) {
			if (p == KERNELS_PORTABLE) {
				first[i] = out[i];
				continue;
			}
			// In attention a number that lies between two codes may take either.
			must(near(out[i], first[i], sizes[i], i == 2 ? 3e-2f : 1e-3f), loops[i], p);
			free(out[i]);
		}
		free(codes), free(scale), free(zero), free(scratch);
	}
	free(first[0]), free(first[1]), free(first[2]);
	free(x), free(y), free(gain), free(shift), free(wscale), free(bias), free(qkv), free(weights), free(wsum);
}

int main(void)
{
	uint32_t paths = kernels_available();

	for (size_t n = 1; n <= 130; n += n < 66 ? 1 : 9)
		scan(paths, n);
	scan(paths, 384);
	const size_t rows[] = {1, 2, 5, 6, 7, 13, 31}, widths[] = {16, 48, 384};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t j = 0; j < sizeof widths / sizeof *widths; j++)
			layer(paths, rows[i], widths[j], 16 * (1 + i), 16 * (1 + j));
	printf("paths");
	for (int p = KERNELS_PORTABLE; p < KERNELS_PATHS; p++)
		if (paths >> p & 1)
			printf(" %d", p);
	printf(": alike\n");
	return 0;
}
