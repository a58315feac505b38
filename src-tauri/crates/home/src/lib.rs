//! One data folder: its lock, its socket, the embedded network, the demo publisher.
