/* Which listed parts agree with a word, and for how much: everything that `features/part_pair.py` would find, or more. */
#include "kernel.h"
#include <math.h>
#include <string.h>

#define GATHERED 64
#define AHEAD 8 /* items whose postings are fetched before they are counted */
#define FEW 24 /* items that are sorted by insertion sooner than by their bytes */

typedef struct {
    const Index *index;
    const Tables *tables;
    const Word *word;
    uint32_t *slot;
    Block *out;
} Search;

static int32_t capped(const Search *s, uint32_t part) {
    int32_t bits = s->index->part_bits[part];
    return bits < s->tables->rarity_max ? bits : (int32_t)s->tables->rarity_max;
}

static void add(Search *s, uint32_t part, int64_t bits) {
    if (bits < s->tables->pair_min) bits = s->tables->pair_min;
    uint32_t place = s->slot ? s->slot[part] : 0;
    if (place == 0) {
        place = ++s->out->items;
        s->out->item[place - 1] = (Item){part, (int32_t)bits};
        if (s->slot) s->slot[part] = place;
    } else if (s->out->item[place - 1].bits < bits) {
        s->out->item[place - 1].bits = (int32_t)bits;
    }
}

static int compare_letters(const Index *x, uint32_t form, const uint8_t *letters, uint32_t length) {
    uint32_t own = x->form_at[form + 1] - x->form_at[form];
    int order = memcmp(x->form + x->form_at[form], letters, own < length ? own : length);
    return order ? order : (own > length) - (own < length);
}

/* The forms of one length stand together in alphabetical order; those longer than LETTERS_MAX too, by length first. */
static void forms_of_length(const Index *x, uint64_t length, uint32_t *first, uint32_t *end) {
    uint64_t bucket = length <= LETTERS_MAX ? length : LETTERS_MAX + 1;
    *first = x->length_forms[bucket];
    *end = x->length_forms[bucket + 1];
}

/* The first form in [first, end) that is not before the letters; `length` letters of each count. One length only. */
static uint32_t lower(const Index *x, uint32_t first, uint32_t end, const uint8_t *letters, uint64_t length) {
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        int order = memcmp(x->form + x->form_at[middle], letters, length);
        if (order < 0) first = middle + 1; else end = middle;
    }
    return first;
}

static int64_t find_form(const Index *x, const uint8_t *letters, uint64_t length) {
    uint32_t first, end;
    forms_of_length(x, length, &first, &end);
    if (length > LETTERS_MAX) {
        for (; first < end; first++)
            if (compare_letters(x, first, letters, (uint32_t)length) == 0) return first;
        return -1;
    }
    uint32_t form = lower(x, first, end, letters, length);
    return form < end && compare_letters(x, form, letters, (uint32_t)length) == 0 ? (int64_t)form : -1;
}

static int same_text(const Search *s, uint32_t part) {
    const Index *x = s->index;
    uint32_t length = x->text_at[part + 1] - x->text_at[part];
    return length == s->word->text_letters && memcmp(x->text + x->text_at[part], s->word->text, length) == 0;
}

static void add_same_form(Search *s) {
    int64_t form = find_form(s->index, s->word->form, s->word->form_letters);
    if (form < 0) return;
    for (uint32_t part = s->index->form_parts[form]; part < s->index->form_parts[form + 1]; part++) {
        if (same_text(s, part)) add(s, part, capped(s, part) - s->tables->equal);
        else if (s->word->text_letters > 1 && !(s->index->part_marks[part] & MARK_SINGLE))
            add(s, part, capped(s, part) - s->tables->romanisation);
    }
}

static void add_initial(Search *s) {
    uint8_t letter = (uint8_t)(s->word->text[0] - 'A');
    int32_t part = letter < 26 ? s->index->initials[letter] : -1;
    if (part < 0) return;
    int64_t bits = s->index->part_bits[part];
    add(s, (uint32_t)part, bits < s->tables->initial_bits ? bits : s->tables->initial_bits);
}

static int inexact(const Search *s, uint32_t part) { return !(s->index->part_marks[part] & (MARK_PARTICLE | MARK_SINGLE)); }

static uint64_t first_of_skeleton(const Index *x, uint64_t key) {
    uint64_t first = 0, end = x->parts;
    while (first < end) {
        uint64_t middle = first + (end - first) / 2;
        if (x->skeleton_key[middle] < key) first = middle + 1; else end = middle;
    }
    return first;
}

static void add_same_skeleton(Search *s) {
    const Index *x = s->index;
    if ((int64_t)s->word->skeleton_letters < s->tables->vowels_min) return;
    for (uint64_t at = first_of_skeleton(x, s->word->skeleton_key); at < x->parts && x->skeleton_key[at] == s->word->skeleton_key; at++) {
        uint32_t part = x->skeleton_part[at];
        if (inexact(s, part)) add(s, part, capped(s, part) - s->tables->vowels);
    }
}

static void add_same_nickname(Search *s) {
    const Index *x = s->index;
    uint64_t class = s->word->nickname;
    if (class == 0 || class >= x->nicknames) return;
    for (uint32_t at = x->nickname_at[class]; at < x->nickname_at[class + 1]; at++) {
        uint32_t part = x->nickname_part[at];
        if (inexact(s, part)) add(s, part, capped(s, part) - s->tables->nickname);
    }
}

static void add_form(Search *s, uint32_t form, int64_t cost, double share) {
    for (uint32_t part = s->index->form_parts[form]; part < s->index->form_parts[form + 1]; part++)
        if (inexact(s, part)) add(s, part, (int64_t)nearbyint(capped(s, part) * share) - cost);
}

/* Forms too long to be compared exactly: those of nearly the same length and letters pass for one error. */
static void near_long(Search *s, uint32_t own) {
    const Index *x = s->index;
    int64_t allowed = s->tables->errors[LETTERS_MAX];
    for (uint32_t place = x->length_forms[LETTERS_MAX - 3]; place < x->forms; place++) {
        uint32_t form = x->signature_form[place];
        int64_t apart = (int64_t)(x->form_at[form + 1] - x->form_at[form]) - (int64_t)s->word->form_letters;
        if (apart > allowed || -apart > allowed) continue;
        if (__builtin_popcount(x->signature[place] ^ own) <= 2 * allowed) add_form(s, form, s->tables->one_error, 1.0);
    }
}

/* Near forms, gathered so that memory can fetch what is known of their parts many at a time. */
typedef struct {
    Search *search;
    uint32_t forms;
    uint32_t form[GATHERED]; /* its place by signature, until it is looked up */
    uint8_t errors[GATHERED];
} NearForms;

static void add_gathered(NearForms *near) {
    Search *s = near->search;
    const Index *x = s->index;
    for (uint32_t i = 0; i < near->forms; i++) {
        near->form[i] = x->signature_form[near->form[i]];
        __builtin_prefetch(x->form_parts + near->form[i]);
    }
    for (uint32_t i = 0; i < near->forms; i++) {
        uint32_t part = x->form_parts[near->form[i]];
        __builtin_prefetch(x->part_bits + part);
        __builtin_prefetch(x->part_marks + part);
        __builtin_prefetch(s->slot + part);
    }
    for (uint32_t i = 0; i < near->forms; i++)
        add_form(s, near->form[i], near->errors[i] == 1 ? s->tables->one_error : s->tables->two_errors, 1.0);
    near->forms = 0;
}

static void gather_near(void *gathered, uint32_t place, int errors) {
    NearForms *near = gathered;
    if (near->forms == GATHERED) add_gathered(near);
    __builtin_prefetch(near->search->index->signature_form + place);
    near->errors[near->forms] = (uint8_t)errors;
    near->form[near->forms++] = place;
}

static void add_near(Search *s) {
    NearForms near = {.search = s};
    NearFound found = {&near, gather_near};
    if (s->word->form_letters + 2 > LETTERS_MAX) near_long(s, kulla_signature(s->word->form, s->word->form_letters));
    else kulla_near_forms(s->index, s->tables->errors, s->word, &found);
    add_gathered(&near);
}

static int begins(const Index *x, uint32_t form, const Word *w) { return memcmp(x->form + x->form_at[form], w->form, w->form_letters) == 0; }

static void add_longer(Search *s) {
    const Index *x = s->index;
    const Word *w = s->word;
    for (uint64_t length = w->form_letters + 1; length <= LETTERS_MAX; length++) {
        uint32_t end = x->length_forms[length + 1];
        uint32_t form = lower(x, x->length_forms[length], end, w->form, w->form_letters);
        for (; form < end && begins(x, form, w); form++)
            add_form(s, form, s->tables->truncated, (double)w->form_letters / (double)length);
    }
    for (uint32_t form = x->length_forms[LETTERS_MAX + 1]; form < x->forms; form++) {
        uint32_t length = x->form_at[form + 1] - x->form_at[form];
        if (length > w->form_letters && begins(x, form, w))
            add_form(s, form, s->tables->truncated, (double)w->form_letters / (double)length);
    }
}

static void add_shorter(Search *s) {
    const Word *w = s->word;
    for (uint64_t length = (uint64_t)s->tables->truncated_min; length < w->form_letters; length++) {
        int64_t form = find_form(s->index, w->form, length);
        if (form >= 0) add_form(s, (uint32_t)form, s->tables->truncated, (double)length / (double)w->form_letters);
    }
}

/* Joined words of listed names: the walk needs one item, whose bits are the best of any name. */
static void add_joined(Search *s) {
    const Index *x = s->index;
    uint64_t first = 0, end = x->joins;
    while (first < end) {
        uint64_t middle = first + (end - first) / 2;
        if (x->join_key[middle] < s->word->join_key) first = middle + 1; else end = middle;
    }
    if (first < x->joins && x->join_key[first] == s->word->join_key && x->join_best[first] >= s->tables->pair_min)
        s->out->item[s->out->items++] = (Item){JOINED_ITEM + (uint32_t)first, x->join_best[first]};
}

/* A stable pass by one byte of the bits, the most first. Bits are more than -32768 and less than 32768. */
static void by_byte(const Item *from, Item *to, uint32_t items, int shift) {
    uint32_t place[256] = {0}, before = 0;
    for (uint32_t i = 0; i < items; i++) place[~((uint32_t)(from[i].bits + 32768) >> shift) & 255]++;
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t those = place[byte];
        place[byte] = before;
        before += those;
    }
    for (uint32_t i = 0; i < items; i++) to[place[~((uint32_t)(from[i].bits + 32768) >> shift) & 255]++] = from[i];
}

static void by_insertion(Item *item, uint32_t items) {
    for (uint32_t i = 1; i < items; i++) {
        Item kept = item[i];
        uint32_t place = i;
        for (; place > 0 && item[place - 1].bits < kept.bits; place--) item[place] = item[place - 1];
        item[place] = kept;
    }
}

static void sort(Item *item, uint32_t items) {
    if (items <= FEW) { by_insertion(item, items); return; }
    by_byte(item, item + items, items, 0);
    by_byte(item + items, item, items, 8);
}

/* The most bits first; and what each level costs to walk. */
static void finish(const Search *s) {
    Block *out = s->out;
    Item *item = out->item;
    sort(item, out->items);
    out->best = out->items ? item[0].bits : 0;
    for (uint32_t i = 0; i < out->items; i++) {
        if (i + AHEAD < out->items) __builtin_prefetch(s->index->posting_at + (item[i + AHEAD].id & ~JOINED_ITEM));
        uint32_t level = (uint32_t)item[i].bits >> LEVEL_SHIFT, id = item[i].id & ~JOINED_ITEM;
        if (level >= LEVELS) level = LEVELS - 1;
        const uint32_t *at = item[i].id & JOINED_ITEM ? s->index->join_at : s->index->posting_at;
        out->ids_at_level[level]++;
        out->postings_at_level[level] += at[id + 1] - at[id];
    }
}

void kulla_agreeing(const Index *index, const Tables *tables, const Word *word, uint32_t *slot, Block *out) {
    Search s = {index, tables, word, slot, out};
    memset(out, 0, sizeof *out);
    add_same_form(&s);
    if (word->text_letters > 1) {
        add_initial(&s);
        if (!word->particle) {
            add_same_skeleton(&s);
            add_same_nickname(&s);
            add_near(&s);
            if ((int64_t)word->form_letters >= tables->truncated_min) {
                add_longer(&s);
                add_shorter(&s);
            }
        }
    }
    for (uint32_t i = 0; i < out->items; i++) slot[out->item[i].id] = 0;
    add_joined(&s);
    finish(&s);
}

/* For a joined word of the traveller: listed parts of its skeleton (`joined_agreement` in `features/names.py`). */
void kulla_joined(const Index *index, const Tables *tables, const Word *word, Block *out) {
    Search s = {index, tables, word, 0, out};
    memset(out, 0, sizeof *out);
    int64_t form = find_form(index, word->form, word->form_letters);
    uint64_t at = first_of_skeleton(index, word->skeleton_key);
    for (; at < index->parts && index->skeleton_key[at] == word->skeleton_key; at++) {
        uint32_t part = index->skeleton_part[at];
        int same = form >= 0 && part >= index->form_parts[form] && part < index->form_parts[form + 1];
        if (same || (int64_t)word->skeleton_letters >= tables->joined_min)
            add(&s, part, capped(&s, part) - (same ? tables->joined : tables->joined_vowels));
    }
    finish(&s);
}
