//! Gives back what the start needed and the waiting does not.
#![expect(
    unsafe_code,
    reason = "which of our own pages are the file's own is told and said by the system alone"
)]

use std::ffi::{c_int, c_void};
use std::{ptr, slice};

/// Free parts of the heap, and the program's code and constants: what is needed of those again is mapped again from
/// the file, and a guard that waits needs very little of it.
pub(crate) fn give_back_memory() {
    // SAFETY: frees what is free already.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
    // SAFETY: the callback keeps to what it is given.
    unsafe {
        libc::dl_iterate_phdr(Some(forget_what_is_in_files), ptr::null_mut());
    }
}

/// Called for the program and for each library.
unsafe extern "C" fn forget_what_is_in_files(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    _data: *mut c_void,
) -> c_int {
    // SAFETY: the loader hands us its own description of a loaded program, headers included.
    let (base, headers, page) = unsafe {
        let info = &*info;
        let headers = slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum));
        (info.dlpi_addr, headers, libc::sysconf(libc::_SC_PAGESIZE))
    };
    let Ok(page) = usize::try_from(page) else { return 0 };
    for header in headers {
        // What was never writable is as it stands in the file. Relocated tables have been written to, and stay.
        if header.p_type != libc::PT_LOAD || header.p_flags & libc::PF_W != 0 {
            continue;
        }
        let begin = usize::try_from(base + header.p_vaddr);
        let (Ok(begin), Ok(length)) = (begin, usize::try_from(header.p_memsz)) else { continue };
        let (from, to) = (begin / page * page, (begin + length).next_multiple_of(page));
        // SAFETY: private pages of a file that nobody has written to: whoever touches one gets it again.
        unsafe {
            // A system that refuses leaves things as they are.
            libc::madvise(ptr::with_exposed_provenance_mut(from), to - from, libc::MADV_DONTNEED);
        }
    }
    // Go on.
    0
}
