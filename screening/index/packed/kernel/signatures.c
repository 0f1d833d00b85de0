/* Which signatures are near: the loops in which the search for a part spends much of its time.
 *
 * They are built once for any processor and, where the compiler can, once for those that count the bits of sixteen words at a
 * time; the processor is asked which one it can run.
 */
#include "kernel.h"

static inline __attribute__((always_inline)) uint32_t in_block(const uint32_t *signature, uint32_t own, uint32_t changes) {
    uint32_t near = 0;
    for (uint32_t i = 0; i < BLOCK_FORMS; i++) near |= (uint32_t)((uint32_t)__builtin_popcount(signature[i] ^ own) <= changes) << i;
    return near;
}

static inline __attribute__((always_inline)) uint32_t blocks(const uint32_t *all, const uint32_t *any, uint32_t own, uint32_t changes) {
    uint32_t near = 0;
    for (uint32_t i = 0; i < BLOCKS; i++)
        near |= (uint32_t)((uint32_t)__builtin_popcount((own & ~any[i]) | (all[i] & ~own)) <= changes) << i;
    return near;
}

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE __attribute__((target("popcnt,avx512f,avx512vl,avx512vpopcntdq")))
#define WIDE_FITS __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vl")
#else
#define WIDE
#define WIDE_FITS 0
#endif

WIDE static uint32_t in_block_wide(const uint32_t *s, uint32_t own, uint32_t changes) { return in_block(s, own, changes); }
WIDE static uint32_t blocks_wide(const uint32_t *all, const uint32_t *any, uint32_t own, uint32_t changes) {
    return blocks(all, any, own, changes);
}

uint32_t kulla_near_in_block(const uint32_t *signature, uint32_t own, int changes) {
    return WIDE_FITS ? in_block_wide(signature, own, (uint32_t)changes) : in_block(signature, own, (uint32_t)changes);
}

uint32_t kulla_near_blocks(const uint32_t *all, const uint32_t *any, uint32_t own, int changes) {
    return WIDE_FITS ? blocks_wide(all, any, own, (uint32_t)changes) : blocks(all, any, own, (uint32_t)changes);
}
