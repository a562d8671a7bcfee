//! HTTP and WebSocket front: REST, client sockets, console.
