/* How two birth dates agree, as `features/birth_dates.py` says, on numbers YYYYMMDD with 00 for what is unknown. */
#include "kernel.h"

static int differing_digits(int64_t one, int64_t other) {
    int count = 0;
    for (; one || other; one /= 10, other /= 10) count += one % 10 != other % 10;
    return count;
}

static int full(int64_t one, int64_t other) {
    int64_t year = one / 10000, month = one / 100 % 100, day = one % 100, apart = other / 10000 - year;
    if (apart == 0 && other % 10000 == day * 100 + month) return DATE_SWAPPED;
    if (one % 10000 == other % 10000 && (apart == 1 || apart == -1)) return DATE_YEAR_OFF;
    if (apart != 0 && one % 10000 != other % 10000) return DATE_CONTRADICTION; /* two digits at least */
    if (differing_digits(one, other) == 1) return DATE_DIGIT;
    if (one / 100 == other / 100) return DATE_MONTH;
    return apart == 0 ? DATE_YEAR : DATE_CONTRADICTION;
}

static int partial(int64_t one, int64_t other) {
    int64_t apart = other / 10000 - one / 10000;
    int months = one / 100 % 100 && other / 100 % 100; /* both months known; one of the two days is not */
    if (apart == 0 && !months) return DATE_PART_YEAR;
    if (one / 100 == other / 100) return DATE_PART_MONTH;
    if (apart == 0) return DATE_YEAR;
    return apart == 1 || apart == -1 ? DATE_PART_NEAR : DATE_CONTRADICTION;
}

static int outcome(int64_t one, int64_t other) {
    if (one % 100 && other % 100) {
        if (one == other) return one % 10000 == 101 ? DATE_FILLER : DATE_EQUAL;
        return full(one, other);
    }
    return partial(one, other);
}

int64_t kulla_date_bits(const Tables *tables, int64_t traveller, int64_t listed) {
    return traveller && listed ? tables->date[outcome(traveller, listed)] : 0;
}
