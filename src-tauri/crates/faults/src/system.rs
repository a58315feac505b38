//! The system's own functions, and the variables that say what shall happen.
#![allow(unsafe_code, reason = "the C library is asked by its own conventions; nothing of this is in the program")]

use libc::{c_char, c_int, c_void};
use std::{
    ffi::CStr,
    sync::atomic::{AtomicPtr, Ordering},
};

/// The system's function of a name, found once.
pub(crate) struct Own {
    name: &'static CStr,
    found: AtomicPtr<c_void>,
}

impl Own {
    pub(crate) const fn new(name: &'static CStr) -> Self {
        Self { name, found: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// Its address; ends the process where the system does not have it, because nothing can be done without it.
    pub(crate) fn get(&self) -> *mut c_void {
        let known = self.found.load(Ordering::Relaxed);
        if !known.is_null() {
            return known;
        }
        // SAFETY: the name ends with a zero; dlsym may be called at any time.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        if found.is_null() {
            std::process::abort();
        }
        self.found.store(found, Ordering::Relaxed);
        found
    }
}

/// A variable of the environment, without Rust's lock on it: this may run before `main`, and anywhere.
pub(crate) fn variable(name: &'static CStr) -> Option<&'static CStr> {
    // SAFETY: the name ends with a zero; the program does not change these variables, so the text stays.
    let found: *mut c_char = unsafe { libc::getenv(name.as_ptr()) };
    // SAFETY: what getenv gives ends with a zero.
    (!found.is_null()).then(|| unsafe { CStr::from_ptr(found) })
}

/// A variable that is a number.
pub(crate) fn number(name: &'static CStr) -> Option<u64> {
    variable(name)?.to_str().ok()?.parse().ok()
}

/// Fails as the system does.
pub(crate) fn fail<T: From<i8>>(errno: c_int) -> T {
    // SAFETY: errno is the thread's own.
    unsafe { *libc::__errno_location() = errno };
    T::from(-1)
}
