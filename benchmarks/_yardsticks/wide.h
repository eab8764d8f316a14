/* What the kernels for AVX-512 with VBMI, GFNI and BITALG share: 64 persons at once, a byte for each. */

#include <string.h>

#include "philox.h"

#if defined(WIDE) && defined(__AVX512VBMI__) && defined(__GFNI__) && defined(__AVX512BITALG__)
#define WIDEST 1
#define ODD_BYTES 0xAAAAAAAAAAAAAAAA
/* So many groups of 64 persons can be counted into bytes, 8 persons of a group into one. */
#define GROUPS 31

/* Persons first to first + 63 in the places that `upper_halves` wants. */
static inline void share(Shared shared[8], uint32_t first, uint32_t draw, uint64_t seed)
{
    for (int i = 0; i < 8; i++) {
        int64_t person[8];
        for (int q = 0; q < 8; q++) person[q] = first + i / 4 * 32 + 4 * q + i % 4;
        shared[i] = shared_of(_mm512_loadu_si512(person), draw, seed);
    }
}

/* The upper 16 bits of four vectors of numbers side by side: vector i, lane q becomes word 4 q + i. */
static inline __m512i upper_halves(__m512i vectors[4][4], int w)
{
    const __m512i spread = _mm512_broadcast_i32x4(_mm_setr_epi8(2, 3, 2, 3, 2, 3, 2, 3, 10, 11, 10, 11, 10, 11, 10, 11));
    __m512i all = _mm512_mask_shuffle_epi8(vectors[1][w], 0x0303030303030303, vectors[0][w], spread);
    all = _mm512_mask_shuffle_epi8(all, 0x3030303030303030, vectors[2][w], spread);
    return _mm512_mask_shuffle_epi8(all, 0xC0C0C0C0C0C0C0C0, vectors[3][w], spread);
}

#define FOUR(i) i, i, i + 1, i + 1, i + 2, i + 2, i + 3, i + 3
#define SIXTEEN(i) FOUR(i), FOUR(i + 4), FOUR(i + 8), FOUR(i + 12)
static const uint8_t first_half[64] __attribute__((aligned(64))) = {SIXTEEN(0), SIXTEEN(16)};
static const uint8_t second_half[64] __attribute__((aligned(64))) = {SIXTEEN(32), SIXTEEN(48)};

/* The bytes of 32 persons, each twice; and the others. */
static inline void twice_each(__m512i bytes, __m512i twice[2])
{
    twice[0] = _mm512_permutexvar_epi8(_mm512_load_si512(first_half), bytes);
    twice[1] = _mm512_permutexvar_epi8(_mm512_load_si512(second_half), bytes);
}

typedef struct {
    __m512i bits, even, both, both_even;
} Sums;

/* Count the persons who have each bit of a byte of four states, and both bits of each; all, and those with even number. */
static inline __attribute__((always_inline)) void count_wide(__m512i states, Sums *sums)
{
    const __m512i unit = _mm512_set1_epi64(0x8040201008040201), half = _mm512_set1_epi8((char)0xAA);
    __m512i both = _mm512_ternarylogic_epi64(states, _mm512_srli_epi16(states, 1), _mm512_set1_epi8(0x55), 0x80);
    __m512i bits = _mm512_gf2p8affine_epi64_epi8(unit, states, 0); /* transposed: byte b has bit b of eight persons */
    both = _mm512_gf2p8affine_epi64_epi8(unit, both, 0);
    sums->bits = _mm512_add_epi8(sums->bits, _mm512_popcnt_epi8(bits));
    sums->even = _mm512_add_epi8(sums->even, _mm512_popcnt_epi8(_mm512_and_si512(bits, half)));
    sums->both = _mm512_add_epi8(sums->both, _mm512_popcnt_epi8(both));
    sums->both_even = _mm512_add_epi8(sums->both_even, _mm512_popcnt_epi8(_mm512_and_si512(both, half)));
}

/* Sum of byte b of each 64 bits, b = 0 to 7. */
static inline void total_of(__m512i bytes, uint16_t total[8])
{
    __m512i words[2] = {_mm512_and_si512(bytes, _mm512_set1_epi16(0xFF)), _mm512_srli_epi16(bytes, 8)};
    for (int i = 0; i < 2; i++) {
        uint16_t sum[8];
        __m256i half = _mm256_add_epi16(_mm512_castsi512_si256(words[i]), _mm512_extracti64x4_epi64(words[i], 1));
        __m128i quarter = _mm_add_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
        _mm_storeu_si128((__m128i *)sum, _mm_add_epi16(quarter, _mm_srli_si128(quarter, 8)));
        for (int j = 0; j < 4; j++) total[2 * j + i] = sum[j];
    }
}

/* Persons in each of four states of four things, by half. */
static inline void persons_in(const Sums *sums, int persons, int32_t n[2][4][4])
{
    uint16_t total[4][8];
    total_of(sums->bits, total[0]);
    total_of(sums->even, total[1]);
    total_of(sums->both, total[2]);
    total_of(sums->both_even, total[3]);
    for (int half = 0; half < 2; half++)
        for (int d = 0; d < 4; d++) {
            int one = total[1][2 * d], two = total[1][2 * d + 1], both = total[3][2 * d];
            if (half == 1) {
                one = total[0][2 * d] - one;
                two = total[0][2 * d + 1] - two;
                both = total[2][2 * d] - both;
            }
            n[half][d][0] = (persons + 1 - half) / 2 - one - two + both;
            n[half][d][1] = one - both;
            n[half][d][2] = two - both;
            n[half][d][3] = both;
        }
}
#endif
