/* What a listed name is worth at most beside the traveller's: the best bits of each part of either side, less what is left over. */
#include "asking.h"
#include <string.h>

/* Which of the traveller's words an item belongs to: they are few, and their numbers ascend. */
static uint64_t word_of(const Ask *a, uint32_t slot) {
    uint64_t word = 0;
    while (slot > a->first[word + 1]) word++;
    return word;
}

void kulla_place_items(Ask *a) {
    uint32_t number = 0;
    for (uint64_t w = 0; w < words_asked(a->q); w++) {
        const Block *block = a->q->asked[w].block;
        a->first[w] = number;
        for (uint32_t i = 0; i < block->items; i++) {
            uint32_t id = block->item[i].id;
            number++;
            if (id & JOINED_ITEM) continue;
            a->s->next[number] = a->s->slot[id];
            a->s->agrees[id >> 6] |= 1ull << (id & 63);
            a->s->slot[id] = number;
        }
    }
    a->first[words_asked(a->q)] = number;
}

void kulla_take_items_back(const Ask *a) {
    for (uint64_t w = 0; w < words_asked(a->q); w++) {
        const Block *block = a->q->asked[w].block;
        for (uint32_t i = 0; i < block->items; i++) {
            uint32_t id = block->item[i].id;
            if (id & JOINED_ITEM) continue;
            a->s->slot[id] = 0;
            a->s->agrees[id >> 6] = 0;
        }
    }
}

/* What is known of one listed name while it is read. */
typedef struct {
    uint64_t ours, theirs;
    uint64_t ours_say, theirs_say; /* those that may be counted as agreeing: no initials, and of theirs no particles */
    int64_t listed_sum;
    int joined;
} Seen;

static int64_t see_part(Ask *a, Seen *seen, uint32_t slot, uint64_t position, int says) {
    int32_t top = 0;
    for (; slot; slot = a->s->next[slot]) {
        uint64_t word = word_of(a, slot);
        int32_t bits = a->q->asked[word].block->item[slot - 1 - a->first[word]].bits;
        if (bits > a->of[word]) a->of[word] = bits;
        if (bits > top) top = bits;
        seen->ours |= a->q->asked[word].mask;
        seen->theirs |= 1ull << position;
        if (word >= a->q->parts) seen->joined = 1;
        if (word >= a->q->parts || (says && a->q->asked[word].initial < 0)) {
            seen->ours_say |= a->q->asked[word].mask;
            seen->theirs_say |= 1ull << position;
        }
    }
    return top;
}

static int64_t see_initials(Ask *a, Seen *seen, uint8_t letter, uint64_t position) {
    int32_t bits = (int32_t)a->t->initial_bits, top = 0;
    for (uint64_t left = a->initial_parts; left; left &= left - 1) {
        uint64_t word = (uint64_t)__builtin_ctzll(left);
        if (a->q->asked[word].initial != letter) continue;
        if (bits > a->of[word]) a->of[word] = bits;
        top = bits;
        seen->ours |= 1ull << word;
        seen->theirs |= 1ull << position;
    }
    return top;
}

static void see_joined(Ask *a, Seen *seen, uint32_t key, uint32_t told) {
    int32_t bits = (int32_t)(told >> 16);
    if (!(a->keys >> (key & 63) & 1) || bits < a->t->pair_min) return;
    for (uint64_t word = 0; word < a->q->parts; word++) {
        if (a->q->asked[word].join_key != key) continue;
        if (bits > a->of[word]) a->of[word] = bits;
        seen->ours |= a->q->asked[word].mask;
        seen->theirs |= ((1ull << (told >> 8 & 255)) - 1) << (told & 255);
        seen->ours_say |= a->q->asked[word].mask;
        seen->theirs_say |= ((1ull << (told >> 8 & 255)) - 1) << (told & 255);
        seen->listed_sum += bits;
        seen->joined = 1;
    }
}

static int64_t counted_parts(const Ask *a, const uint32_t *parts, uint64_t mask) {
    int64_t counted = 0;
    for (; mask; mask &= mask - 1) counted += !(a->x->part_marks[parts[__builtin_ctzll(mask)]] & MARK_PARTICLE);
    return counted;
}

/* The least number of parts without a partner on either side, and what that costs at best. */
static int64_t left_over(const Ask *a, const Seen *seen, const uint32_t *parts, int64_t listed) {
    int64_t ours = count(seen->ours & a->q->counted), theirs = counted_parts(a, parts, seen->theirs);
    if (!seen->joined) {
        int64_t pairs_ours = count(seen->ours), pairs_theirs = count(seen->theirs);
        ours = least(ours, pairs_theirs);
        theirs = least(theirs, pairs_ours);
    }
    return a->t->left[most(count(a->q->counted) - ours, 0)][most(listed - theirs, 0)];
}

/* Every pair of an alignment takes a part of either side at least, so there are no more pairs than parts. */
static int64_t pairs_at_most(const Seen *seen) { return least(count(seen->ours_say), count(seen->theirs_say)); }

int64_t kulla_name_worth(Ask *a, const uint32_t *words) {
    uint32_t head = words[0], parts = head & 127, joined = head >> 7 & 255;
    const uint32_t *part = words + 2, *join = part + parts;
    Seen seen = {0};
    uint64_t asked = words_asked(a->q);
    memset(a->of, 0, asked * sizeof a->of[0]);
    for (uint32_t i = 0; i < parts; i++) {
        uint32_t id = part[i];
        int64_t top = 0;
        if (a->s->agrees[id >> 6] >> (id & 63) & 1)
            top = see_part(a, &seen, a->s->slot[id], i, !(a->x->part_marks[id] & (MARK_PARTICLE | MARK_SINGLE)));
        if (a->initials) {
            uint8_t letter = a->x->part_marks[id] & MARK_LETTER;
            if (a->initials >> letter & 1) top = most(top, see_initials(a, &seen, letter, i));
        }
        seen.listed_sum += top;
    }
    for (uint32_t i = 0; i < joined; i++) see_joined(a, &seen, join[2 * i], join[2 * i + 1]);
    int64_t pairs = pairs_at_most(&seen);
    if (!pairs) return NO_GROUND;
    int64_t agreeing = 0, alone = pairs < 2 ? a->t->one_part : 0;
    for (uint64_t w = 0; w < asked; w++) agreeing += a->of[w];
    agreeing = least(least(agreeing, seen.listed_sum), a->t->name_max);
    return agreeing + alone + left_over(a, &seen, part, head >> 15 & 127) + (head >> 31 ? a->t->low_quality : 0);
}

