/* Which records a traveller may be: segments of birth dates, walked by the postings that must be walked, each name bounded.
 *
 * A segment is a range of entries (listed name and birth date, by date). What a name must be worth in it follows from the least
 * threshold, the segment's date bits and the confirmations that could apply. If the agreeing parts that are left out of a walk
 * cannot be worth that together, every entry worth it is met by walking the others.
 */
#include "asking.h"

#define SCAN_COST 3  /* of an entry that is read in order; the unit is about two nanoseconds */
#define SEARCH_COST 20 /* of looking for the segment in a posting list */
#define TOUCH_COST 25  /* of an entry that is read out of order */
#define SCAN_ENTRIES 100 /* so few that choosing costs more than it saves */
#define BATCH 64
#define LINES_AHEAD 3 /* cache lines of a date's entries that are fetched: most dates have few */
#define WORDS_OF_LINE 16
#define AHEAD 6 /* posting lists fetched before they are read */

/* Whether any part or joined word can agree: most entries that are read in order have none. */
static int nothing_agrees(const Ask *a, const uint32_t *words) {
    uint32_t parts = words[0] & 127, end = entry_length(words[0]);
    uint64_t found = 0;
    if (a->initials) return 0;
    for (uint32_t i = 2; i < 2 + parts; i++) found |= a->s->agrees[words[i] >> 6] >> (words[i] & 63) & 1;
    for (uint32_t i = 2 + parts; i < end; i += 2) found |= a->keys >> (words[i] & 63) & 1;
    return !found;
}

static int64_t date_of_entry(const Ask *a, uint32_t entry) {
    uint64_t first = 0, end = a->x->dates;
    while (end - first > 1) {
        uint64_t middle = first + (end - first) / 2;
        if (a->x->date_at[middle] <= entry) first = middle; else end = middle;
    }
    return a->x->date_key[first];
}

static int64_t date_bits(const Ask *a, int64_t key) {
    if (key != MANY_DATES) return kulla_date_bits(a->t, a->q->date, key);
    int64_t best = a->t->date[0];
    for (int i = 1; i < DATE_OUTCOMES; i++) best = most(best, a->t->date[i]);
    return a->q->date ? best : 0;
}

static void check(Ask *a, const uint32_t *words, uint32_t entry, int64_t needed) {
    if (nothing_agrees(a, words)) return;
    int64_t worth = kulla_name_worth(a, words);
    if (worth == NO_GROUND || worth < needed) return;
    uint32_t record = words[1], marks = a->x->record_marks[record];
    int64_t date = date_bits(a, date_of_entry(a, entry));
    if (date > 0) date = most(date - (marks >> 8), 0);
    int64_t bits = worth + date + a->q->about->sex[marks & 3] + (marks & 4 ? a->q->about->place : 0);
    bits += a->q->about->nations[a->x->record_nations[record]];
    if (bits < (a->q->about->floor ? a->q->about->needed : a->x->threshold[record])) return;
    if (a->s->seen[record >> 3] >> (record & 7) & 1) return;
    a->s->seen[record >> 3] |= (uint8_t)(1 << (record & 7));
    a->rows[a->found++] = record;
}

static void scan(Ask *a, uint32_t first, uint32_t end, int64_t needed) {
    const uint32_t *words = a->x->entry_words + a->x->entry_at[first];
    for (uint32_t entry = first; entry < end; entry++, words += entry_length(words[0])) check(a, words, entry, needed);
}

static uint32_t lower(const uint32_t *list, uint32_t first, uint32_t end, uint32_t entry) {
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (list[middle] < entry) first = middle + 1; else end = middle;
    }
    return first;
}

/* Entries met out of order are gathered, so that memory can fetch many at a time. */
typedef struct {
    Ask *a;
    int64_t needed;
    uint32_t entries;
    uint32_t entry[BATCH];
} Batch;

static void check_batch(Batch *batch) {
    const Index *x = batch->a->x;
    for (uint32_t i = 0; i < batch->entries; i++) __builtin_prefetch(x->entry_words + x->entry_at[batch->entry[i]]);
    for (uint32_t i = 0; i < batch->entries; i++)
        check(batch->a, x->entry_words + x->entry_at[batch->entry[i]], batch->entry[i], batch->needed);
    batch->entries = 0;
}

static void gather(Batch *batch, uint32_t entry) {
    if (batch->entries == BATCH) check_batch(batch);
    batch->entry[batch->entries++] = entry;
    __builtin_prefetch(batch->a->x->entry_at + entry);
}

static void walk_postings(Batch *batch, uint32_t item, uint32_t first, uint32_t end) {
    const Index *x = batch->a->x;
    const uint32_t *list = item & JOINED_ITEM ? x->join_posting : x->posting, *at = item & JOINED_ITEM ? x->join_at : x->posting_at;
    uint32_t id = item & ~JOINED_ITEM, stop = at[id + 1];
    for (uint32_t place = lower(list, at[id], stop, first); place < stop && list[place] < end; place++) gather(batch, list[place]);
}

static void fetch(const Index *x, uint32_t item, int list) {
    if (item & JOINED_ITEM) return;
    if (list) __builtin_prefetch(x->posting + x->posting_at[item]);
    else __builtin_prefetch(x->posting_at + item);
}

static void walk(Ask *a, uint32_t first, uint32_t end, int64_t needed) {
    Batch batch = {.a = a, .needed = needed};
    for (uint64_t w = 0; w < words_asked(a->q); w++) {
        const Item *item = a->q->asked[w].block->item;
        uint32_t items = a->driven[w];
        for (uint32_t i = 0; i < items; i++) {
            if (i + 2 * AHEAD < items) fetch(a->x, item[i + 2 * AHEAD].id, 0);
            if (i + AHEAD < items) fetch(a->x, item[i + AHEAD].id, 1);
            walk_postings(&batch, item[i].id, first, end);
        }
    }
    check_batch(&batch);
}

static int64_t level_cost(const Block *block, int level, uint64_t part, uint64_t whole) {
    return (int64_t)(block->ids_at_level[level] * SEARCH_COST + block->postings_at_level[level] * part / whole * TOUCH_COST);
}

/* Which levels of which words to walk: all, less the costliest that together cannot be worth `needed`. Returns the cost. */
static int64_t choose(Ask *a, uint64_t segment, int64_t needed) {
    int64_t spare = needed - 1 - count(a->initial_parts) * a->t->initial_bits, cost = 0;
    int level[PARTS_MAX + RUNS_MAX];
    uint64_t words = words_asked(a->q);
    if (spare < 0) return INT64_MAX;
    for (uint64_t w = 0; w < words; w++) {
        const Block *block = a->q->asked[w].block;
        level[w] = 0;
        a->driven[w] = block->items;
        for (int l = 0; l < LEVELS; l++) cost += level_cost(block, l, segment, a->x->entries);
    }
    for (;;) {
        double best = 0;
        uint64_t chosen = words;
        int64_t spent = 0, saved = 0;
        int chosen_level = 0;
        for (uint64_t w = 0; w < words; w++) {
            const Block *block = a->q->asked[w].block;
            int64_t now = a->driven[w] < block->items ? block->item[a->driven[w]].bits : 0, saving = 0;
            uint32_t driven = a->driven[w];
            for (int l = level[w]; l < LEVELS && driven; l++) {
                if (!block->ids_at_level[l]) continue;
                saving += level_cost(block, l, segment, a->x->entries);
                driven -= block->ids_at_level[l];
                int64_t spend = block->item[driven].bits - now;
                if (spend > spare) break;
                double ratio = (double)saving / (double)(spend + 1);
                if (ratio > best) { best = ratio; chosen = w; chosen_level = l; spent = spend; saved = saving; }
            }
        }
        if (chosen == words) return cost;
        const Block *block = a->q->asked[chosen].block;
        for (; level[chosen] <= chosen_level; level[chosen]++) a->driven[chosen] -= block->ids_at_level[level[chosen]];
        spare -= spent;
        cost -= saved;
    }
}

/* `others`: bits of date and nationality. */
static void stretch(Ask *a, uint32_t first, uint32_t end, int64_t others) {
    int64_t needed = a->q->about->needed - others - a->confirming, agreeing = most(needed, a->t->ground);
    if (first >= end || a->best < agreeing) return;
    int64_t scanning = (int64_t)(end - first) * SCAN_COST;
    if (end - first > SCAN_ENTRIES && choose(a, end - first, agreeing) < scanning) walk(a, first, end, needed);
    else scan(a, first, end, needed);
}

static uint64_t date_place(const Index *x, int64_t key) { return lower(x->date_key, 0, (uint32_t)x->dates, (uint32_t)key); }

static void segment(Ask *a, uint32_t first, uint32_t end, int64_t date) { stretch(a, first, end, date + a->q->about->nations_best); }

static uint32_t nation_place(const Index *x, uint32_t first, uint32_t end, int64_t nation) {
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (x->entry_nation[middle] < nation) first = middle + 1; else end = middle;
    }
    return first;
}

/* Entries of one date, nationality by nationality: most of a big list are of another one, and need not be looked at. */
static void by_nation(Ask *a, uint32_t first, uint32_t end, int64_t date) {
    const Question *q = a->q;
    uint32_t known = nation_place(a->x, first, end, 1), many = nation_place(a->x, known, end, MANY_NATIONS);
    uint32_t own = nation_place(a->x, known, many, q->about->nation), other = nation_place(a->x, own, many, q->about->nation + 1);
    stretch(a, first, known, date);
    stretch(a, known, own, date + q->about->nation_other);
    stretch(a, own, other, date + q->about->nation_own);
    stretch(a, other, many, date + q->about->nation_other);
    stretch(a, many, end, date + q->about->nations_best);
}

static void date_segment(Ask *a, uint64_t place, int64_t date) {
    uint32_t first = a->x->date_at[place], end = a->x->date_at[place + 1];
    if (end - first > SCAN_ENTRIES && a->q->about->nation) by_nation(a, first, end, date);
    else segment(a, first, end, date);
}

/* Dates stand far apart, so their entries are fetched many at a time. */
static void look_at_dates(Ask *a) {
    const Index *x = a->x;
    for (uint32_t i = 0; i < a->dates; i++) __builtin_prefetch(x->entry_at + x->date_at[a->date_place[i]]);
    for (uint32_t i = 0; i < a->dates; i++) {
        const uint32_t *words = x->entry_words + x->entry_at[x->date_at[a->date_place[i]]];
        for (int line = 0; line < LINES_AHEAD; line++) __builtin_prefetch(words + line * WORDS_OF_LINE);
    }
    for (uint32_t i = 0; i < a->dates; i++) date_segment(a, a->date_place[i], a->date_bits[i]);
    a->dates = 0;
}

/* Whether any name at all can be worth enough, where the date is worth so much. */
static int worth_looking(const Ask *a, int64_t date) { return a->best >= a->q->about->needed - date - a->q->about->nations_best - a->confirming; }

static void one_date(Ask *a, uint64_t place, int64_t date) {
    if (!worth_looking(a, date)) return;
    if (a->dates == DATES_AHEAD) look_at_dates(a);
    a->date_place[a->dates] = (uint32_t)place;
    a->date_bits[a->dates++] = date;
}

static void key_segment(Ask *a, uint64_t place) { one_date(a, place, date_bits(a, a->x->date_key[place])); }

/* Of a full date, the month and day; and the same exchanged. */
static int64_t month_day(int64_t date) { return date % 10000; }
static int64_t exchanged(int64_t date) { return date % 100 * 100 + date / 100 % 100; }

/* Whether a date of the same year differs from the traveller's, which is full, in both month and day, and not by their exchange. */
static int only_year(int64_t key, int64_t own, int64_t other_way) {
    int64_t theirs = month_day(key);
    return theirs % 100 != own % 100 && theirs / 100 != own / 100 && theirs != other_way && theirs % 100;
}

/* All dates of a year: the common outcomes in one walk, the rest each by itself. */
static void year_segment(Ask *a, int64_t year) {
    uint64_t first = date_place(a->x, year * 10000), end = date_place(a->x, year * 10000 + 10000);
    int64_t common = most(a->t->date[DATE_MONTH], a->t->date[DATE_YEAR]), bulk = a->t->date[DATE_CONTRADICTION] - 1;
    int64_t own = month_day(a->q->date), other_way = exchanged(a->q->date), full = own % 100;
    for (uint64_t place = first; place < end; place++) {
        int64_t key = a->x->date_key[place], plain = full && only_year(key, own, other_way);
        int64_t bits = plain ? a->t->date[DATE_YEAR] : date_bits(a, key);
        if (bits > common) one_date(a, place, bits);
        else bulk = most(bulk, bits);
    }
    if (first < end) segment(a, a->x->date_at[first], a->x->date_at[end], bulk);
}

/* Of two full dates of neighbouring years, all but the same day of the year contradict each other. */
static void near_year(Ask *a, int64_t year) {
    uint64_t end = date_place(a->x, year * 10000 + 10000);
    int64_t own = month_day(a->q->date), full = own % 100;
    for (uint64_t place = date_place(a->x, year * 10000); place < end; place++) {
        int64_t key = a->x->date_key[place], theirs = month_day(key);
        if (full && theirs != own && theirs % 100) continue;
        int64_t bits = date_bits(a, key);
        if (bits > a->t->date[DATE_CONTRADICTION]) one_date(a, place, bits);
    }
}

static void one_digit_of_year(Ask *a) {
    if (!worth_looking(a, a->t->date[DATE_DIGIT])) return;
    int64_t own = a->q->date / 10000;
    for (int64_t power = 1; power < 10000; power *= 10) {
        for (int64_t digit = 0; digit < 10; digit++) {
            int64_t year = own + (digit - own / power % 10) * power, key = year * 10000 + a->q->date % 10000;
            if (year >= own - 1 && year <= own + 1) continue;
            uint64_t place = date_place(a->x, key);
            if (place < a->x->dates && a->x->date_key[place] == key) key_segment(a, place);
        }
    }
}

static void segments(Ask *a) {
    const Index *x = a->x;
    if (!x->entries) return;
    uint64_t undated = x->date_key[0] == 0, many = x->date_key[x->dates - 1] == MANY_DATES;
    int64_t contradiction = a->q->about->needed - a->t->date[DATE_CONTRADICTION] - a->confirming - a->q->about->nations_best;
    if (!a->q->date) {
        segment(a, 0, (uint32_t)x->entries, 0);
        return;
    }
    if (undated) key_segment(a, 0);
    if (many) key_segment(a, x->dates - 1);
    if (most(contradiction, a->t->ground) <= a->best) {
        segment(a, x->date_at[undated], x->date_at[x->dates - many], a->t->date[DATE_CONTRADICTION]);
    }
    year_segment(a, a->q->date / 10000);
    near_year(a, a->q->date / 10000 - 1);
    near_year(a, a->q->date / 10000 + 1);
    if (a->q->date % 100) one_digit_of_year(a);
    look_at_dates(a);
}

static void prepare(Ask *a) {
    const Question *q = a->q;
    for (uint64_t w = 0; w < words_asked(q); w++) {
        a->best += q->asked[w].block->best;
        if (w >= q->parts) continue;
        a->keys |= 1ull << (q->asked[w].join_key & 63);
        if (q->asked[w].initial < 0) continue;
        a->initial_parts |= 1ull << w;
        a->initials |= 1u << q->asked[w].initial;
        a->best += most(a->t->initial_bits - q->asked[w].block->best, 0);
    }
    a->best = least(a->best, a->t->name_max);
    a->confirming = most(q->about->place, 0) + most(most(q->about->sex[0], q->about->sex[3]), most(q->about->sex[1], q->about->sex[2]));
}

uint64_t kulla_candidates(const Index *index, const Tables *tables, const Question *question, const Scratch *scratch, uint32_t *rows) {
    Ask a = {.x = index, .t = tables, .q = question, .s = scratch, .rows = rows};
    prepare(&a);
    kulla_place_items(&a);
    segments(&a);
    kulla_take_items_back(&a);
    for (uint64_t i = 0; i < a.found; i++) scratch->seen[rows[i] >> 3] = 0;
    return a.found;
}

int64_t kulla_kernel_version(void) { return PROCESSOR_FITS ? KERNEL_VERSION : -1; }
