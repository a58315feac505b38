//! The four servers in one process, listening where told.
