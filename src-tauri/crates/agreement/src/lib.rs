//! State machines of a service agreement, buyer's and publisher's side.
