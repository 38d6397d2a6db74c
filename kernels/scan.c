//go:build cgo

// The scans: which rows are looked at, and which are kept. The arithmetic is a
// path's; this file is the same for every processor.
#include "kernels.h"

// worse orders hits: a lower score, or the same and a later id. The order is
// total, so that what is kept does not depend on the order of the rows.
static int worse(kernels_hit a, kernels_hit b)
{
	return a.score < b.score || (a.score == b.score && a.id > b.id);
}

// The heap's root is the worst hit: what a new one has to beat.
static void sift_up(kernels_hit *h, int32_t i)
{
	kernels_hit x = h[i];
	while (i > 0 && worse(x, h[(i - 1) / 2])) {
		h[i] = h[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	h[i] = x;
}

static void sift_down(kernels_hit *h, int32_t n)
{
	kernels_hit x = h[0];
	int32_t i = 0;
	for (;;) {
		int32_t c = 2 * i + 1;
		if (c >= n)
			break;
		if (c + 1 < n && worse(h[c + 1], h[c]))
			c++;
		if (!worse(h[c], x))
			break;
		h[i] = h[c];
		i = c;
	}
	h[i] = x;
}

static void offer(kernels_hit *h, int32_t *count, int32_t k, kernels_hit x)
{
	if (*count < k) {
		h[*count] = x;
		sift_up(h, (*count)++);
	} else if (worse(h[0], x)) {
		h[0] = x;
		sift_down(h, k);
	}
}

// run takes the lowest run of ones out of *mask.
static size_t run(uint64_t *mask, size_t *start)
{
	size_t s = (size_t)__builtin_ctzll(*mask);
	uint64_t rest = ~(*mask >> s);
	size_t n = rest ? (size_t)__builtin_ctzll(rest) : 64;
	if (s + n >= 64) {
		n = 64 - s;
		*mask = 0;
	} else {
		*mask &= ~(uint64_t)0 << (s + n);
	}
	*start = s;
	return n;
}

void kernels_scan_dots(int path, const uint8_t *rows, size_t stride, const float *scales, const int64_t *ids,
		       const uint64_t *want, size_t words, const int8_t *queries, const int32_t *biases,
		       size_t nq, uint32_t first, kernels_hit *hits, int32_t *counts, int32_t k)
{
	const kernels_path *p = kernels_of(path);
	int32_t dots[64];

	for (size_t w = 0; w < words; w++) {
		// 64 rows are scanned for all queries while they are in the cache.
		for (size_t q = 0; want[w] && q < nq; q++) {
			kernels_hit *h = hits + q * (size_t)k;
			for (uint64_t mask = want[w]; mask;) {
				size_t start, n = run(&mask, &start), at = w * 64 + start;
				p->dots(rows + at * stride, stride, queries + q * stride, biases[q], n, dots);
				for (size_t i = 0; i < n; i++) {
					float score = (float)dots[i] * scales[at + i];
					if (counts[q] < k || score >= h[0].score)
						offer(h, &counts[q], k, (kernels_hit){ids[at + i], score, first + (uint32_t)(at + i)});
				}
			}
		}
	}
}

// limit_of returns the greatest distance that may be kept: the query's limit,
// until the heap is full.
static int32_t limit_of(const kernels_hit *h, int32_t count, int32_t k, int32_t limit)
{
	return count < k ? limit : (int32_t)-h[0].score;
}

// any_within reports whether one of 16 distances is at most limit. The sign of
// a difference says so, which compilers do four or more at a time.
static int any_within(const int32_t *distances, int32_t limit)
{
	int32_t signs = 0;
	for (int i = 0; i < 16; i++)
		signs |= distances[i] - limit - 1;
	return signs < 0;
}

// blocks_of returns a mask of the bytes of mask that are not zero.
static uint64_t blocks_of(uint64_t mask)
{
	uint64_t out = 0;
	for (int i = 0; i < 8; i++)
		out |= (uint64_t)((mask >> 8 * i & 255) != 0) << i;
	return out;
}

void kernels_scan_bits(int path, const uint64_t *blocks, size_t width, const int64_t *ids, const uint64_t *want,
		       size_t words, const uint64_t *queries, const int32_t *limits, size_t nq, uint32_t first,
		       kernels_hit *hits, int32_t *counts, int32_t k)
{
	const kernels_path *p = kernels_of(path);
	int32_t distances[64] = {0};

	for (size_t w = 0; w < words; w++) {
		for (size_t q = 0; want[w] && q < nq; q++) {
			kernels_hit *h = hits + q * (size_t)k;
			for (uint64_t mask = ~want[w] ? blocks_of(want[w]) : 255; mask;) {
				size_t start, n = run(&mask, &start);
				p->distances(blocks + (w * 64 + start * 8) * width, width, queries + q * width, n, distances + start * 8);
			}
			int32_t limit = limit_of(h, counts[q], k, limits[q]);
			for (size_t i = 0; i < 64; i += 16) {
				// Mostly none of 16 rows is near enough.
				if (!(want[w] >> i & 0xffff) || !any_within(distances + i, limit))
					continue;
				for (uint64_t mask = want[w] & (uint64_t)0xffff << i; mask; mask &= mask - 1) {
					size_t j = (size_t)__builtin_ctzll(mask), at = w * 64 + j;
					if (distances[j] > limit)
						continue;
					offer(h, &counts[q], k, (kernels_hit){ids[at], (float)-distances[j], first + (uint32_t)at});
					limit = limit_of(h, counts[q], k, limits[q]);
				}
			}
		}
	}
}
