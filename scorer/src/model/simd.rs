//! Instruction levels: which vector instructions this machine has, and running a piece of work with them.
//!
//! Owns the only code of the library that depends on the target, and its only `unsafe`: work is written once, as plain
//! loops, and compiled here for each level. May not know what the work is. No level changes a bit: none reorders or
//! fuses arithmetic.

#![allow(unsafe_code)]

/// Work that is worth compiling for each level.
pub(super) trait Work {
    /// Does it. Marked `#[inline(always)]`, as all that it calls in its loops, so that it is compiled for the level.
    fn run(self);
}

/// Instructions that this machine has; a level that it has not cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(Instructions);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instructions {
    /// What every machine of the target has.
    Baseline,
    /// AVX2, of 2013.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 with the parts that all processors but the first have.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// WebAssembly's 128-bit vectors.
    #[cfg(target_arch = "wasm32")]
    Simd128,
}

impl Level {
    /// All levels of this machine, the plainest first.
    pub fn available() -> Vec<Level> {
        #[cfg(target_arch = "x86_64")]
        let more = [(Instructions::Avx2, has_avx2()), (Instructions::Avx512, has_avx512())];
        #[cfg(target_arch = "wasm32")]
        let more = [(Instructions::Simd128, true)];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
        let more: [(Instructions, bool); 0] = [];
        let more = more.into_iter().filter_map(|(level, has)| has.then_some(Level(level)));
        std::iter::once(Level(Instructions::Baseline)).chain(more).collect()
    }

    /// The quickest level of this machine.
    pub fn best() -> Level {
        #[cfg(target_arch = "x86_64")]
        return Level(match (has_avx512(), has_avx2()) {
            (true, _) => Instructions::Avx512,
            (false, true) => Instructions::Avx2,
            (false, false) => Instructions::Baseline,
        });
        #[cfg(target_arch = "wasm32")]
        return Level(Instructions::Simd128);
        #[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
        Level(Instructions::Baseline)
    }

    /// Does a piece of work with these instructions.
    pub(super) fn run(self, work: impl Work) {
        match self.0 {
            Instructions::Baseline => work.run(),
            // SAFETY: a level is made only where its instructions were found.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { avx2(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { avx512(work) },
            #[cfg(target_arch = "wasm32")]
            Instructions::Simd128 => simd128(work),
        }
    }
}

/// Has the line of the cache fetched in which values begin: a hint that changes nothing but time, and does nothing where
/// the target has no such instruction.
#[inline(always)]
pub(super) fn prefetch(values: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: nothing is read or written, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}

/// Standard library: what was found is kept, so asking again costs next to nothing.
#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2")
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn avx2(work: impl Work) {
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512(work: impl Work) {
    work.run();
}

#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
fn simd128(work: impl Work) {
    work.run();
}
