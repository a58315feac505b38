//! What window, command line and backend say to each other.
