//! Typed keeper contracts, deployment, fees and the follower of events.
