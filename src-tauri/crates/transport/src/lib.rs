//! From endpoints to streams: HTTP, JSON-RPC and WebSocket over TCP, TLS, Unix sockets.
