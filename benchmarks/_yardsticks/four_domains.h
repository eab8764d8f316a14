/* Four domains of four states; domains d + 1 and d + 2 (modulo 4) are parents of domain d; everybody starts in state 0. */

#ifndef FOUR_DOMAINS_H
#define FOUR_DOMAINS_H
#include <stdlib.h>
#include <string.h>

#include "philox.h"

#define DOMAINS 4
#define STATES 4
#define CYCLES 60

/* By domain, own state, states of the two parents, and exit: row `own` leads to the other states in their order. */
typedef const uint32_t Thresholds[DOMAINS][STATES][STATES][STATES][STATES - 1];
/* Persons by half (even and odd numbers), boundary, domain and state. */
typedef int32_t Counts[2][CYCLES + 1][DOMAINS][STATES];
#endif
