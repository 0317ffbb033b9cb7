//! A hint to the memory system: the one place of the workspace that needs `unsafe` for it.
#![allow(unsafe_code, reason = "the prefetch instruction has no safe wrapper")]

/// Asks for the cache line of `value` without waiting for it. Does nothing where the processor has
/// no such instruction.
#[inline(always)]
pub fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing and faults never; the address comes from a reference.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
