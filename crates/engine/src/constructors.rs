//! The constructors of the linked crates: burn's GPU kernels register themselves in thousands of them.
//!
//! A wasm program that does not name them is taken by the linker for a command, and runs all of them again at every call
//! from JavaScript: nineteen of twenty milliseconds of toy training went there.

/// Runs them, once and for all.
#[expect(unsafe_code, reason = "the linker defines the function")]
pub fn run() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    // SAFETY: takes nothing, gives nothing, and runs before anything that the constructors set up is used.
    unsafe { __wasm_call_ctors() }
}
