//go:build cgo

// Which paths this machine can run.
#include "kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

static uint32_t available_here(void)
{
	uint32_t a, b, c, d, b7, c7, a71 = 0, lo, hi, have = 0;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1) || !(c >> 12 & 1))
		return 0; // no xgetbv, or no FMA
	// The operating system must save the registers, or their use is a crash.
	__asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	if ((lo & 0x06) != 0x06 || !__get_cpuid_count(7, 0, &a, &b7, &c7, &d))
		return 0;
	if (a >= 1 && __get_cpuid_count(7, 1, &a71, &b, &c, &d) == 0)
		a71 = 0;
	if (b7 >> 5 & 1) {
		have |= 1u << KERNELS_AVX2;
		if (a71 >> 4 & 1)
			have |= 1u << KERNELS_AVX_VNNI;
	}
	// F, DQ, BW and VL; VNNI and VPOPCNTDQ; and room for 512-bit registers.
	const uint32_t ebx = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31, ecx = 1u << 11 | 1u << 14;
	if ((lo & 0xe6) == 0xe6 && (b7 & ebx) == ebx && (c7 & ecx) == ecx)
		have |= 1u << KERNELS_AVX512;
	return have;
}

#elif defined(__aarch64__)
#if defined(__linux__)
#include <sys/auxv.h>
#endif

static uint32_t available_here(void)
{
	uint32_t have = 1u << KERNELS_NEON;
	if (kernels_neon_dot.dots == NULL)
		return have; // the compiler did not know the instruction
#if defined(__ARM_FEATURE_DOTPROD)
	have |= 1u << KERNELS_NEON_DOT;
#elif defined(__linux__)
	if (getauxval(AT_HWCAP) >> 20 & 1) // HWCAP_ASIMDDP
		have |= 1u << KERNELS_NEON_DOT;
#endif
	return have;
}

#else

static uint32_t available_here(void)
{
	return 0;
}

#endif

uint32_t kernels_available(void)
{
	return available_here() | 1u << KERNELS_PORTABLE;
}

const kernels_path *kernels_of(int path)
{
	switch (path) {
#if defined(__x86_64__)
	case KERNELS_AVX2:
		return &kernels_avx2;
	case KERNELS_AVX_VNNI:
		return &kernels_avx_vnni;
	case KERNELS_AVX512:
		return &kernels_avx512;
#elif defined(__aarch64__)
	case KERNELS_NEON:
		return &kernels_neon;
	case KERNELS_NEON_DOT:
		return &kernels_neon_dot;
#endif
	default:
		return &kernels_portable;
	}
}

float kernels_quantise(int path, int8_t *out, const float *v, size_t n)
{
	return kernels_of(path)->quantise(out, v, n);
}

void kernels_signs(int path, uint64_t *out, const float *v, size_t n)
{
	kernels_of(path)->signs(out, v, n);
}

double kernels_dot(int path, const float *a, const float *b, size_t n)
{
	return kernels_of(path)->dot(a, b, n);
}
