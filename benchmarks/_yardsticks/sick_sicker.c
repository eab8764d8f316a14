/* The Sick-Sicker model: one domain of four states, healthy, sick, sicker and dead; everybody starts healthy. */

#include <stdlib.h>
#include <string.h>

#include "philox.h"
#include "wide.h"

#define STATES 4
#define EXITS 3
#define CYCLES 30

typedef const uint32_t Thresholds[STATES][EXITS]; /* exits of a row: see `target` */
typedef int32_t Counts[2][CYCLES + 1][STATES];    /* by half, boundary and state */

/* Where the exits of a row lead; rows with fewer repeat their last threshold. */
static const uint8_t target[STATES][EXITS + 1] = {{1, 3, 0, 0}, {0, 2, 3, 1}, {3, 2, 2, 2}, {3, 3, 3, 3}};

#ifdef WIDEST
typedef struct {
    __mmask64 under[EXITS];
} Under;

/* Compare all 32 bits of those of whom the upper 16 do not decide. */
static __attribute__((noinline, cold)) Under settle(Under under, __mmask64 equal, __m512i states, Thresholds thresholds,
                                                    uint32_t first, int cycle, uint32_t point, uint32_t draw,
                                                    uint64_t seed)
{
    uint8_t own[64];
    _mm512_storeu_si512(own, states);
    for (; equal; equal &= equal - 1) {
        int lane = __builtin_ctzll(equal);
        uint32_t word[4];
        philox(first + lane, cycle / 4, point, draw, seed, word);
        for (int k = 0; k < EXITS; k++) {
            uint64_t yes = word[cycle % 4] < thresholds[own[lane]][k];
            under.under[k] = (under.under[k] & ~(1ull << lane)) | yes << lane;
        }
    }
    return under;
}

/* As in four_domains_wide.c; the states of four cycles share a byte when they are counted. */
void sick_sicker(Thresholds thresholds, uint32_t point, uint64_t seed, uint32_t draw, uint32_t from, uint32_t to,
                 Counts counts)
{
    __m512i high[EXITS], low[EXITS], change[EXITS];
    for (int k = 0; k < EXITS; k++) {
        uint8_t bytes[3][64];
        for (int x = 0; x < 64; x++) {
            bytes[0][x] = thresholds[x % 4][k] >> 24;
            bytes[1][x] = thresholds[x % 4][k] >> 16;
            bytes[2][x] = x % 4 ^ target[x % 4][k];
        }
        high[k] = _mm512_loadu_si512(bytes[0]);
        low[k] = _mm512_loadu_si512(bytes[1]);
        change[k] = _mm512_loadu_si512(bytes[2]);
    }
    Sums sums[(CYCLES + 3) / 4];
    memset(sums, 0, sizeof sums);
    uint32_t added_up = from;
    for (uint32_t first = from; first < to; first += 64) {
        __mmask64 there = to - first < 64 ? (1ull << (to - first)) - 1 : ~0ull;
        Shared shared[8];
        share(shared, first, draw, seed);
        __m512i states = _mm512_setzero_si512();
        for (int quarter = 0; quarter < (CYCLES + 3) / 4; quarter++) {
            __m512i numbers[4][2], of_four = _mm512_setzero_si512();
            for (int side = 0; side < 2; side++) {
                __m512i words[4][4];
                philox_wide(shared + 4 * side, quarter, point, seed, words);
                for (int w = 0; w < 4; w++) numbers[w][side] = upper_halves(words, w);
            }
#pragma GCC unroll 4
            for (int w = 0; w < 4; w++) {
                __mmask32 below[EXITS][2], equal[2] = {0, 0};
                __m512i twice[2];
                twice_each(states, twice);
#pragma GCC unroll 2
                for (int side = 0; side < 2; side++)
#pragma GCC unroll 3
                    for (int k = 0; k < EXITS; k++) {
                        __m512i threshold = _mm512_permutexvar_epi8(twice[side], low[k]);
                        threshold = _mm512_mask_permutexvar_epi8(threshold, ODD_BYTES, twice[side], high[k]);
                        below[k][side] = _mm512_cmplt_epu16_mask(numbers[w][side], threshold);
                        equal[side] = _kor_mask32(equal[side], _mm512_cmpeq_epu16_mask(numbers[w][side], threshold));
                    }
                Under now;
#pragma GCC unroll 3
                for (int k = 0; k < EXITS; k++) now.under[k] = _mm512_kunpackd(below[k][1], below[k][0]);
                if (__builtin_expect(!_kortestz_mask32_u8(equal[0], equal[1]), 0))
                    now = settle(now, _mm512_kunpackd(equal[1], equal[0]), states, thresholds, first, 4 * quarter + w,
                                 point, draw, seed);
                __m512i moved = _mm512_maskz_permutexvar_epi8(now.under[2], states, change[2]);
                moved = _mm512_mask_permutexvar_epi8(moved, now.under[1], states, change[1]);
                moved = _mm512_mask_permutexvar_epi8(moved, now.under[0], states, change[0]);
                states = _mm512_xor_si512(states, moved);
                of_four = _mm512_or_si512(of_four, _mm512_slli_epi16(states, 2 * w));
            }
            count_wide(_mm512_maskz_mov_epi8(there, of_four), &sums[quarter]);
        }
        uint32_t done = first + 64 < to ? first + 64 : to;
        if (done < to && done - added_up < 64 * GROUPS) continue;
        for (int quarter = 0; quarter < (CYCLES + 3) / 4; quarter++) {
            int32_t n[2][4][4];
            persons_in(&sums[quarter], done - added_up, n);
            for (int half = 0; half < 2; half++)
                for (int w = 0; w < 4 && 4 * quarter + w < CYCLES; w++)
                    for (int state = 0; state < STATES; state++)
                        counts[half][4 * quarter + w + 1][state] += n[half][w][state];
        }
        memset(sums, 0, sizeof sums);
        added_up = done;
    }
    for (int half = 0; half < 2; half++) counts[half][0][0] += (to - from + 1 - half) / 2;
}
#else
#define BLOCK 1024

void sick_sicker(Thresholds thresholds, uint32_t point, uint64_t seed, uint32_t draw, uint32_t from, uint32_t to,
                 Counts counts)
{
    for (uint32_t first = from; first < to; first += BLOCK) {
        uint32_t n = to - first < BLOCK ? to - first : BLOCK, numbers[4][BLOCK];
        uint8_t states[BLOCK] = {0};
        for (int half = 0; half < 2; half++) counts[half][0][0] += (n + 1 - half) / 2;
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            for (uint32_t p = 0; p < BLOCK && cycle % 4 == 0; p++) {
                uint32_t word[4];
                philox(first + p, cycle / 4, point, draw, seed, word);
                for (int w = 0; w < 4; w++) numbers[w][p] = word[w];
            }
            const uint32_t *u = numbers[cycle % 4];
            for (uint32_t p = 0; p < BLOCK; p++) {
                const uint32_t *row = thresholds[states[p]];
                states[p] = target[states[p]][(u[p] >= row[0]) + (u[p] >= row[1]) + (u[p] >= row[2])];
            }
            for (uint32_t p = 0; p < n; p++) counts[p & 1][cycle + 1][states[p]]++;
        }
    }
}
#endif
