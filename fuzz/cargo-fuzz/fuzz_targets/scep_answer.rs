#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    fuzz::scep_answer(data);
});
