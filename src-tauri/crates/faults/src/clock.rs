//! The clock of the day, ahead or behind by what a file says; it may say something else at any moment. The clock that only
//! measures goes on as it does, as on a computer that was asleep.
#![allow(unsafe_code, reason = "the C library's functions are replaced; nothing of this is in the program")]

use crate::system::{Own, variable};
use libc::{c_int, c_void, clockid_t, timespec, timeval};
use std::sync::{
    OnceLock,
    atomic::{AtomicI64, Ordering},
};

/// Seconds by which the clock of the day is ahead.
fn ahead() -> i64 {
    static SHARED: OnceLock<Option<&'static AtomicI64>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| {
        let path = variable(c"NEUSTON_CLOCK")?;
        // SAFETY: the path ends with a zero; the file has the eight bytes that are mapped, and stays mapped.
        unsafe {
            let file = libc::open(path.as_ptr(), libc::O_RDONLY);
            let place = libc::mmap(std::ptr::null_mut(), size_of::<i64>(), libc::PROT_READ, libc::MAP_SHARED, file, 0);
            (place != libc::MAP_FAILED).then(|| &*place.cast::<AtomicI64>())
        }
    });
    shared.map_or(0, |seconds| seconds.load(Ordering::Relaxed))
}

/// The system's, and the clock of the day as the story wants it.
///
/// # Safety
/// As the system's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    static OWN: Own = Own::new(c"clock_gettime");
    // SAFETY: this is the signature of the function in the C library.
    let own: extern "C" fn(clockid_t, *mut timespec) -> c_int = unsafe { std::mem::transmute(OWN.get()) };
    let answer = own(clock, time);
    if answer == 0 && matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE) {
        // SAFETY: the system has just written there.
        unsafe { (*time).tv_sec += ahead() };
    }
    answer
}

/// The system's, and the clock of the day as the story wants it.
///
/// # Safety
/// As the system's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut timeval, zone: *mut c_void) -> c_int {
    static OWN: Own = Own::new(c"gettimeofday");
    // SAFETY: this is the signature of the function in the C library.
    let own: extern "C" fn(*mut timeval, *mut c_void) -> c_int = unsafe { std::mem::transmute(OWN.get()) };
    let answer = own(time, zone);
    if answer == 0 && !time.is_null() {
        // SAFETY: the system has just written there.
        unsafe { (*time).tv_sec += ahead() };
    }
    answer
}
