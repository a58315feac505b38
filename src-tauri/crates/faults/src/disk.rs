//! Writes, syncs, cuts and renames below one folder are counted, and some of them fail.
#![allow(unsafe_code, reason = "the C library's functions are replaced; nothing of this is in the program")]

use crate::system::{Own, fail, number, variable};
use libc::{c_char, c_int, c_void, off64_t, size_t, ssize_t};
use std::{
    ffi::CStr,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

struct Plan {
    under: &'static [u8],
    first: u64,
    count: u64,
    errno: c_int,
    seen: Option<&'static CStr>,
    done: AtomicU64,
}

fn plan() -> Option<&'static Plan> {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        Some(Plan {
            under: variable(c"NEUSTON_FAULT_UNDER")?.to_bytes(),
            first: number(c"NEUSTON_FAULT_FIRST")?,
            count: number(c"NEUSTON_FAULT_COUNT").unwrap_or(1),
            errno: number(c"NEUSTON_FAULT_ERRNO").and_then(|n| c_int::try_from(n).ok()).unwrap_or(libc::ENOSPC),
            seen: variable(c"NEUSTON_FAULT_SEEN"),
            done: AtomicU64::new(0),
        })
    });
    plan.as_ref()
}

impl Plan {
    /// Counts one operation, and says with what it fails.
    fn counts(&self) -> Option<c_int> {
        let this = self.done.fetch_add(1, Ordering::SeqCst) + 1;
        let fails = this >= self.first && (self.count == 0 || this < self.first + self.count);
        if !fails {
            return None;
        }
        if let Some(seen) = self.seen.filter(|_| this == self.first) {
            // SAFETY: the path ends with a zero. open and close are not replaced here.
            unsafe { libc::close(libc::open(seen.as_ptr(), libc::O_CREAT | libc::O_WRONLY, 0o600)) };
        }
        Some(self.errno)
    }

    fn means(&self, path: &[u8]) -> bool {
        path.starts_with(self.under)
    }
}

/// The error with which an operation on an open file fails.
fn fault_of(file: c_int) -> Option<c_int> {
    let plan = plan()?;
    let mut link = [0_u8; 40];
    let mut path = [0_u8; 1024];
    let length = {
        use std::io::Write as _;
        let mut rest = &mut link[..];
        write!(rest, "/proc/self/fd/{file}\0").ok()?;
        // SAFETY: the link's name ends with a zero, and readlink writes at most as many bytes as there is room for.
        unsafe { libc::readlink(link.as_ptr().cast(), path.as_mut_ptr().cast(), path.len()) }
    };
    let path = path.get(..usize::try_from(length).ok()?)?;
    if plan.means(path) { plan.counts() } else { None }
}

macro_rules! replaced {
    ($(fn $name:ident($file:ident $(, $argument:ident: $type:ty)*) -> $answer:ty;)*) => { $(
        /// The system's, where the plan does not let it fail.
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($file: c_int $(, $argument: $type)*) -> $answer {
            static OWN: Own = Own::new(match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => c"",
            });
            if let Some(errno) = fault_of($file) {
                return fail(errno);
            }
            // SAFETY: this is the signature of the function in the C library.
            let own: extern "C" fn(c_int $(, $type)*) -> $answer = unsafe { std::mem::transmute(OWN.get()) };
            own($file $(, $argument)*)
        }
    )* };
}

replaced! {
    fn write(file, bytes: *const c_void, length: size_t) -> ssize_t;
    fn pwrite(file, bytes: *const c_void, length: size_t, at: off64_t) -> ssize_t;
    fn pwrite64(file, bytes: *const c_void, length: size_t, at: off64_t) -> ssize_t;
    fn fsync(file) -> c_int;
    fn fdatasync(file) -> c_int;
    fn ftruncate(file, length: off64_t) -> c_int;
    fn ftruncate64(file, length: off64_t) -> c_int;
}

/// The system's, where the plan does not let it fail.
///
/// # Safety
/// As the system's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    static OWN: Own = Own::new(c"rename");
    if let Some(plan) = plan() {
        // SAFETY: whoever calls rename gives a path that ends with a zero.
        let path = unsafe { CStr::from_ptr(to) }.to_bytes();
        if let Some(errno) = plan.means(path).then(|| plan.counts()).flatten() {
            return fail(errno);
        }
    }
    // SAFETY: this is the signature of the function in the C library.
    let own: extern "C" fn(*const c_char, *const c_char) -> c_int = unsafe { std::mem::transmute(OWN.get()) };
    own(from, to)
}
