//! The flows: publish, search, purchase, download, refund.
