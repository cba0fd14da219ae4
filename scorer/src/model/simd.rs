//! SIMD dispatch: detects the machine's vector instructions and runs tasks compiled for them.
//!
//! The library's only target-dependent code and its only `unsafe`: tasks are written once, as plain loops, and compiled
//! here for each level. No level changes a bit of a result: none reorders or fuses arithmetic.

#![allow(unsafe_code)]

/// A task that is compiled for each level.
pub(super) trait SimdTask {
    /// Runs the task. Must be `#[inline(always)]`, as must all that its loops call, to be compiled for the level.
    fn run(self);
}

/// Instruction set that this machine supports; a level cannot be constructed where it is unsupported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(Instructions);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instructions {
    /// The target's baseline.
    Baseline,
    /// AVX2 (2013).
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 with BW, DQ and VL, which all processors but the first have.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// WebAssembly's 128-bit vectors.
    #[cfg(target_arch = "wasm32")]
    Simd128,
}

impl Level {
    /// Levels of this machine, the baseline first.
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

    /// Fastest level of this machine.
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

    /// Runs a task with these instructions.
    pub(super) fn run(self, task: impl SimdTask) {
        match self.0 {
            Instructions::Baseline => task.run(),
            // SAFETY: a level is constructed only where its instructions were detected.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { avx2(task) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { avx512(task) },
            #[cfg(target_arch = "wasm32")]
            Instructions::Simd128 => simd128(task),
        }
    }
}

/// Prefetches the cache line in which the values begin; a no-op on targets without such an instruction.
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

/// Detects AVX2; the standard library caches the result.
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
fn avx2(task: impl SimdTask) {
    task.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512(task: impl SimdTask) {
    task.run();
}

#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
fn simd128(task: impl SimdTask) {
    task.run();
}
